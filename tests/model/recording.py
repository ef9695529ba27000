"""A model that remembers every argument of every call, and the same conversation on Temporal and outside of it."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable, Sequence
from difflib import unified_diff
from functools import partial
from typing import Any, TypeAlias

from strands import Agent
from strands.models import Model

from strands_temporal import StrandsPlugin

from ..env import Env
from ..fixtures.providers import Behaviour, provider_server
from .crossing_workflows import CONVERSATIONS, SENT_STATE, Converse, shown

Events: TypeAlias = "list[Any]"
"""Stream events of one content block."""


def block(*deltas: Any) -> Events:
    """A content block of deltas; text stands for a delta of it."""
    as_deltas = [{"text": delta} if isinstance(delta, str) else delta for delta in deltas]
    return [*({"contentBlockDelta": {"delta": delta}} for delta in as_deltas), {"contentBlockStop": {}}]


def tool_call(name: str, json_input: str = "{}", use_id: str = "use-1") -> Events:
    """A call of a tool, its input in the words of the model."""
    start = {"contentBlockStart": {"start": {"toolUse": {"name": name, "toolUseId": use_id}}}}
    return [start, *block({"toolUse": {"input": json_input}})]


def reply(*blocks: Events | str) -> Events:
    """A reply of content blocks, with all that a provider may tell of it; text stands for a block of it."""
    content = [event for each in blocks for event in (block(each) if isinstance(each, str) else each)]
    stop = "tool_use" if any("contentBlockStart" in event for event in content) else "end_turn"
    tokens = {"inputTokens": 10, "outputTokens": 5, "totalTokens": 22, "cacheReadInputTokens": 3}
    trace = {"guardrail": {"inputAssessment": {"id": {"topicPolicy": {"topics": []}}}}}
    return [
        {"messageStart": {"role": "assistant"}},
        *content,
        {"messageStop": {"stopReason": stop, "additionalModelResponseFields": {"top": 0.5, "blob": b"\xff"}}},
        {"metadata": {"usage": {**tokens, "cacheWriteInputTokens": 4}, "metrics": {"latencyMs": 7}, "trace": trace}},
    ]


class RecordingModel(Model):
    """Plays its replies in their order, and writes to the model state as a stateful provider does."""

    def __init__(self, replies: Sequence[Events]) -> None:
        self.calls: list[dict[str, Any]] = []
        """The arguments of each call by name, as they were when it began."""
        self._replies = replies

    def update_config(self, **model_config: Any) -> None: ...

    def get_config(self) -> dict[str, Any]:
        return {"model_id": "recording"}

    async def stream(
        self, messages: Any, tool_specs: Any = None, system_prompt: Any = None, **more: Any
    ) -> AsyncIterator[Any]:
        arguments = {"messages": messages, "tool_specs": tool_specs, "system_prompt": system_prompt, **more}
        self.calls.append({name: _remembered(name, value) for name, value in arguments.items()})
        state = arguments["model_state"]
        state.update(calls=len(self.calls), token=bytes([255, len(self.calls)]), seen=[*state.get("seen", []), 0.5])
        for event in self._replies[len(self.calls) - 1]:
            yield event

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("not asked for in these tests")


def _remembered(name: str, value: Any) -> Any:
    if name == "invocation_state":  # Strands' own entries outside of Temporal, the agent among them, are no copies
        return {key: copy.deepcopy(item) if key in SENT_STATE else item for key, item in value.items()}
    if name == "structured_output_model":
        return value.__name__, value.model_json_schema()
    return value if name == "cancel_signal" else copy.deepcopy(value)


def seen(call: dict[str, Any], *, outside: bool = False) -> str:
    """A call's arguments as text: without the signal that cancels it, and outside without Strands' own state."""
    arguments = {name: value for name, value in call.items() if name != "cancel_signal"}
    if outside:
        state = arguments["invocation_state"]
        arguments["invocation_state"] = {key: value for key, value in state.items() if key in SENT_STATE}
    return shown(arguments)


async def on_both_sides(env: Env, conversation: str, outside: Model, inside: Callable[[], Model]) -> None:
    """Have a conversation with a plain agent, then the same in a workflow; its user gets the same of both."""
    expected = await CONVERSATIONS[conversation](partial(Agent, outside))
    env.plugin = StrandsPlugin(models={"model": inside})
    assert_same(await env.run(Converse, conversation), expected)


def assert_same(inside: str, outside: str) -> None:
    """Compare what was got in a workflow with what was got outside, and show where they differ."""
    if inside != outside:
        raise AssertionError("\n".join(unified_diff(outside.split("\n"), inside.split("\n"), "outside", "inside", n=1)))


async def crossed(
    env: Env, conversation: str, replies: Sequence[Events], model: type[RecordingModel] = RecordingModel
) -> list[dict[str, Any]]:
    """The calls that a worker's model got in a conversation, each the same as a plain agent's outside of Temporal."""
    outside, inside = model(replies), model(replies)
    await on_both_sides(env, conversation, outside, lambda: inside)
    assert len(inside.calls) == len(outside.calls) == len(replies)
    for got, expected in zip(inside.calls, outside.calls, strict=True):
        assert_same(seen(got), seen(expected, outside=True))
    return inside.calls


async def crossed_on_the_wire(
    env: Env, conversation: str, model: Callable[[str], Model], *answers: Behaviour
) -> list[dict[str, Any]]:
    """The bodies of a real model's requests in a conversation, each the same as a plain agent's outside of Temporal.

    Args:
        env: Where the workflow runs.
        conversation: Name of the conversation.
        model: Makes the model, of a server's URL.
        answers: What the server answers.
    """
    async with provider_server(*answers) as outside, provider_server(*answers) as inside:
        await on_both_sides(env, conversation, model(outside.url), lambda: model(inside.url))
    assert len(inside.requests) == len(outside.requests) == len(answers)
    for got, expected in zip(inside.requests, outside.requests, strict=True):
        assert_same(shown({**got.body, "model": None}), shown({**expected.body, "model": None}))
    return [request.body for request in inside.requests]
