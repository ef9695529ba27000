"""Whether a model has its provider enforce structured output, which Strands' loop reads from an attribute of models.

Private part of Strands used here: `Model._supports_structured_output`. A Strands that has no such attribute enforces
nothing, and asks for structured output by a tool.
"""

from __future__ import annotations

from strands.models import Model


def enforces_output(model: Model) -> bool:
    """Whether a model says that its provider enforces structured output."""
    return getattr(model, "_supports_structured_output", False) is True


class LearningModel(Model):
    """A model that learns later whether it does, by a property of its own."""

    @property
    def enforces_output(self) -> bool:
        """Whether the model's provider enforces structured output."""
        return False

    @property
    def _supports_structured_output(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.enforces_output
