"""Durable Strands agents on Temporal: every model and tool call of an agent is a recorded step.

Put `StrandsPlugin` on the client or the worker, and write `TemporalAgent` in workflows where you wrote `Agent`.
"""

from . import workflow
from ._agent import TemporalAgent
from ._plugin import StrandsPlugin

__all__ = ["StrandsPlugin", "TemporalAgent", "workflow"]
