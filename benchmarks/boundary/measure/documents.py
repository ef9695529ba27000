"""A document of 100 KB in each turn."""

from __future__ import annotations

import asyncio

from ..bench import Bench
from ..results import Bar, Figure, Result, Value
from ..settings import Settings
from .history import live


async def measure(bench: Bench) -> Result:
    """How far a conversation comes, and what its history weighs."""
    turns = bench.sizes.documents
    lived = await asyncio.gather(*(live(bench, name, Settings(), turns, "document") for name in bench.variants))
    reached: dict[str, Value] = {}
    megabytes: dict[str, Value] = {}
    for name, each in zip(bench.variants, lived, strict=True):
        reached[name] = each.stopped or len(each.ends)
        megabytes[name] = each.sizes[-1] / 1e6 if each.sizes else None
    figures = [
        Figure(f"turns of {turns}", "", reached, Bar(turns, ratio=False, at_least=True)),
        Figure("history after the last of them", "MB", megabytes),
    ]
    note = (
        "Each turn's user message has a document block of 100 KB, made in the workflow, so that the history has it by "
        "way of the model calls only; then a call of a tool, as ever. The whole conversation is kept. Stuck is without "
        "progress for 20 seconds."
    )
    return Result("Documents", note, figures)
