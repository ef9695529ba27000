"""The five tools as activities."""

from __future__ import annotations

from temporalio import activity

from .tools import FUNCTIONS

ACTIVITIES = [activity.defn(function) for function in FUNCTIONS]
