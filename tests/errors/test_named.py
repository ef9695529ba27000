"""What a user gave is named in a message by what a reader can find again, never by an address in memory."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio import activity

from strands_temporal import StrandsPlugin, TemporalAgent, TemporalMCPClient, TemporalStorage, temporal_worker_env_ref
from strands_temporal import workflow as library
from strands_temporal._approvals.rule import Rule
from strands_temporal._errors import named


async def needs_approval(use: Any) -> bool:
    return True


class Checks:
    """An object of the user's."""

    async def check(self, use: Any) -> bool:
        return True


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


LOCAL = "<tests.errors.test_named.Checks object>"

MESSAGES: dict[str, tuple[Callable[[], Any], str]] = {
    "async function": (lambda: Rule(needs_approval), "; needs_approval is async"),  # type: ignore[arg-type]
    "async method": (lambda: Rule([Checks().check]), "; Checks.check is async"),  # type: ignore[list-item]
    "partial": (lambda: Rule(functools.partial(needs_approval)), "; functools.partial(needs_approval, ...) is async"),  # type: ignore[arg-type]
    "object": (lambda: Rule(Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "in a list": (lambda: Rule(["a", Checks()]), f"not {LOCAL}"),  # type: ignore[list-item]
    "agent": (lambda: TemporalAgent(Checks()), "Checks"),  # type: ignore[arg-type]
    "option": (lambda: TemporalAgent("m", start_to_close_timeout=Checks()), f"not {LOCAL} of type Checks"),
    "tool": (lambda: StrandsPlugin(tools=[Checks()]), f"not {LOCAL}"),
    "tool of a function": (lambda: StrandsPlugin(tools=[needs_approval]), "not needs_approval. Add @tool"),
    "no list": (lambda: StrandsPlugin(tools=needs_approval), "not needs_approval"),  # type: ignore[arg-type]
    "module": (lambda: StrandsPlugin(tools=[asyncio]), "from <module 'asyncio'>"),
    "name": (lambda: StrandsPlugin(models={Checks(): lambda: None}), f"has the name {LOCAL}"),  # type: ignore[dict-item]
    "limit": (lambda: StrandsPlugin(payload_limit=Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "variables": (lambda: StrandsPlugin(resolvable_worker_env_vars=[Checks()]), f"not [{LOCAL}]"),  # type: ignore[list-item]
    "variable": (lambda: temporal_worker_env_ref(Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "context": (lambda: TemporalMCPClient("a", context={"x": Checks()}), f"is {LOCAL}"),
    "server": (lambda: TemporalMCPClient(Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "store": (lambda: TemporalStorage(Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "activity": (lambda: library.activity_as_tool(Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "function as activity": (lambda: library.activity_as_tool(needs_approval), "not needs_approval"),
    "child": (lambda: library.child_workflow_as_tool(Checks()), f"not {LOCAL}"),
    "hook": (lambda: library.activity_as_hook(_activity, activity_input=Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "operation": (
        lambda: library.nexus_operation_as_tool(Checks(), service="s", endpoint="e"),
        f"not {LOCAL}",
    ),
    "turns": (lambda: library.Turns(remembered=Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
    "truncate": (lambda: library.truncate_stream(None, max_bytes=Checks()), f"not {LOCAL}"),  # type: ignore[arg-type]
}


@activity.defn
async def _activity(words: str) -> None: ...


@pytest.mark.parametrize("case", MESSAGES)
def test_no_message_has_an_address(case: str) -> None:
    make, words = MESSAGES[case]
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    assert words in str(error.value)
    assert "0x" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (needs_approval, "needs_approval"),
        (Checks, "Checks"),
        (Checks().check, "Checks.check"),
        (len, "len"),
        (functools.partial(functools.partial(len)), "functools.partial(len, ...)"),
        (pytest, "<module 'pytest'>"),
        (Checks(), LOCAL),
        ({"a": [Checks()]}, f"{{'a': [{LOCAL}]}}"),
        (SimpleNamespace(a=1), "namespace(a=1)"),
        (Broken(), "<tests.errors.test_named.Broken object>"),
        ("x", "'x'"),
        (7, "7"),
        ("y" * 1000, f"'{'y' * 198}…"),
    ],
)
def test_how_a_value_is_named(value: Any, name: str) -> None:
    assert named(value) == name
