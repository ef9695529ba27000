"""What a model gives that is nested too deep: paid for once, told to the model, and in the way of no later call."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from strands.models import Model
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal import StrandsPlugin
from strands_temporal._model import codec
from strands_temporal._model.limits import DEPTH_LIMIT
from strands_temporal._model.tool_inputs import without_deep_inputs

from ..env import Env, scheduled_activities
from .depth_workflows import Deep, DeepInPlainAgent, take


def nested(levels: int) -> Any:
    value: Any = 1
    for number in range(levels):
        value = {"a": value} if number % 2 else [value]
    return value


class Nesting(Model):
    """Calls a tool with an input of so many levels, or says something with an event of so many."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    def update_config(self, **model_config: Any) -> None: ...

    def get_config(self) -> Any:
        return {}

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        self.requests.append(messages)
        last = messages[-1]["content"][0]
        kind, _, number = last.get("text", "").partition(" ")
        yield {"messageStart": {"role": "assistant"}}
        if kind in ("take", "take_inline"):
            levels = int(number) - 1  # for the object of arguments
            text = '{"value": ' + "[" * levels + '"[\\"{"' + "]" * levels + "}"
            yield {"contentBlockStart": {"start": {"toolUse": {"name": kind, "toolUseId": "use-1"}}}}
            for start in range(0, len(text), 1000):
                yield {"contentBlockDelta": {"delta": {"toolUse": {"input": text[start : start + 1000]}}}}
            yield {"contentBlockStop": {}}
            yield {"messageStop": {"stopReason": "tool_use"}}
            return
        said = last["toolResult"]["content"][0]["text"] if "toolResult" in last else "fine"
        yield {"contentBlockDelta": {"delta": {"text": said}}}
        yield {"contentBlockStop": {}}
        stop: dict[str, Any] = {"stopReason": "end_turn"}
        if kind == "event":
            stop["additionalModelResponseFields"] = nested(int(number))
        yield {"messageStop": stop}


def plugin(env: Env) -> Nesting:
    model = Nesting()
    env.plugin = StrandsPlugin(models={"scripted": lambda: model})
    return model


@pytest.mark.uncached
@pytest.mark.parametrize("tool_name", ["take", "take_inline"])
async def test_a_tool_input_that_is_too_deep_is_told_to_the_model(env: Env, tool_name: str) -> None:
    for levels in (DEPTH_LIMIT, DEPTH_LIMIT + 1, 260, 100_000):
        model = plugin(env)
        async with env.worker(Deep, activities=[take]):
            handle = await env.start(Deep.run, f"{tool_name} {levels}")
            first, second = await env.result(handle)
        if levels <= DEPTH_LIMIT:
            assert first == ("taken" if tool_name == "take" else "taken inline")
        else:
            assert f"Tool {tool_name!r} was not called" in first and "150 levels" in first
            assert model.requests[-1][1]["content"][0]["toolUse"]["input"] == {}
        assert second == "fine" and len(model.requests) == 3, "each call was paid for once"
        called = scheduled_activities(await handle.fetch_history()).count("take")
        assert called == (tool_name == "take" and levels <= DEPTH_LIMIT)


async def test_a_reply_that_is_too_deep_is_final(env: Env) -> None:
    model = plugin(env)
    async with env.worker(Deep, activities=[take]):
        assert await env.execute(Deep.run, f"event {DEPTH_LIMIT - 2}") == ["fine", "fine"]
        del model.requests[:]
        with pytest.raises(WorkflowFailureError) as caught:
            await env.execute(Deep.run, "event 240")
    assert isinstance(cause := caught.value.cause, ApplicationError) and cause.type == "PayloadDepthError"
    assert "more than 150 levels" in str(cause) and len(model.requests) == 1


async def test_a_plain_agent_fails_for_it_cannot_tell_its_model(env: Env) -> None:
    model = plugin(env)
    async with env.worker(DeepInPlainAgent, activities=[take]):
        assert await env.execute(DeepInPlainAgent.run, "take 20") == "taken"
        del model.requests[:]
        with pytest.raises(WorkflowFailureError, match="Workflow execution failed") as caught:
            await env.execute(DeepInPlainAgent.run, "take 200")
    assert "Tool 'take' was not called" in str(caught.value.cause) and len(model.requests) == 1


@pytest.mark.parametrize("levels", [1, 150, 180])
def test_the_codec_reads_what_it_writes(levels: int) -> None:
    value = nested(levels)
    assert codec.decode(json.loads(json.dumps(codec.encode(value)))) == value


@pytest.mark.parametrize("value", [nested(181), nested(100_000), *(loop := [], loop.append(loop), {"a": loop})[::2]])
def test_the_codec_refuses_what_nobody_could_read(value: Any) -> None:
    with pytest.raises(TypeError, match="more levels of lists and mappings than can be recorded"):
        codec.encode(value)


def test_an_object_that_looks_like_one_of_ours_counts_twice() -> None:
    value: Any = 1
    for _ in range(90):
        value = {"$bytes": value}
    assert codec.decode(codec.encode(value)) == value
    with pytest.raises(TypeError, match="more levels"):
        codec.encode([value])


def test_brackets_in_texts_are_no_levels() -> None:
    events: list[Any] = [
        {"contentBlockStart": {"start": {"toolUse": {"name": "take", "toolUseId": "use-1"}}}},
        {"contentBlockDelta": {"delta": {"toolUse": {"input": '{"value": "' + '[{\\"' * 300}}}},
        {"contentBlockDelta": {"delta": {"toolUse": {"input": '"}'}}}},
        {"contentBlockStop": {}},
    ]
    assert without_deep_inputs(events) == (events, {})


def test_a_use_that_only_deltas_describe() -> None:
    delta = {"name": "take", "toolUseId": "use-1", "input": "[" * 151 + "]" * 151}
    events, left_out = without_deep_inputs(
        [{"contentBlockDelta": {"delta": {"toolUse": delta}}}, {"contentBlockStop": {}}]
    )
    assert events[0] == {"contentBlockDelta": {"delta": {"toolUse": {**delta, "input": ""}}}}
    assert list(left_out) == ["use-1"] and "Tool 'take' was not called" in left_out["use-1"]
