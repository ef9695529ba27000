"""A model that answers from what it is asked alone, in place of Strands' default one; for both plugins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import strands.models
import strands.models.bedrock
from strands.models import Model

INPUTS: dict[str, dict[str, Any]] = {
    "letter_counter": {"word": "strawberry", "letter": "r"},
    "fetch_weather": {"city": "Paris"},
    "environment_activity": {"name": "STRANDS_TEMPORAL_NEVER_SET"},
    "research": {"question": "What is known?"},
    "delete_file": {"path": "old.log"},
    "delete_thing": {"name": "orders"},
    "echo": {"text": "hi"},
    "sandbox_shell": {"command": "echo out; echo err >&2; exit 3"},
    "PersonInfo": {"name": "Ada", "age": 36, "occupation": "mathematician"},
}


def _parts(messages: Any, key: str) -> list[Any]:
    return [part[key] for message in messages for part in message["content"] if key in part]


def answer(messages: Any) -> list[Any]:
    """The events of a reply: a call of each tool that the prompt names, then what they said."""
    said = [message for message in messages if message["role"] == "user"]
    results = _parts(messages, "toolResult")
    prompt = " ".join(_parts(said, "text"))
    tools = [] if results else sorted((name for name in INPUTS if name in prompt), key=prompt.index)
    events: list[Any] = [{"messageStart": {"role": "assistant"}}]
    for name in tools:
        use = {"toolUse": {"toolUseId": f"call-{name}", "name": name}}
        events += [
            {"contentBlockStart": {"start": use}},
            {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(INPUTS[name])}}}},
            {"contentBlockStop": {}},
        ]
    if not tools:
        texts = ["; ".join(part["text"] for part in each["content"]) for each in results]
        words = f"tools said: {'; '.join(texts)}" if results else f"I heard: {prompt}"
        events.append({"contentBlockStart": {"start": {}}})
        events += [{"contentBlockDelta": {"delta": {"text": word}}} for word in words.split(" ")[:1]]
        events += [{"contentBlockDelta": {"delta": {"text": f" {word}"}}} for word in words.split(" ")[1:]]
        events.append({"contentBlockStop": {}})
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    events.append({"messageStop": {"stopReason": "tool_use" if tools else "end_turn"}})
    return [*events, {"metadata": {"usage": usage, "metrics": {"latencyMs": 1}}}]


class DefaultModel(Model):
    """Stands in for `BedrockModel`."""

    def __init__(self, **kwargs: Any) -> None:
        pass

    def update_config(self, **model_config: Any) -> None:
        pass

    def get_config(self) -> Any:
        return {}

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for event in answer(messages):
            yield event


class BrokenModel(DefaultModel):
    """Is out of order."""

    async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        raise RuntimeError("the provider is out of order")
        yield


class BrokenAtTheEndModel(DefaultModel):
    """Calls tools, and is out of order then."""

    async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        if len(messages) > 1:
            raise RuntimeError("the provider is out of order")
        for event in answer(messages):
            yield event


class InterruptedModel(DefaultModel):
    """Speaks slowly, and says nothing more before its reply is complete."""

    async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for event in answer(messages):
            if "contentBlockStop" in event:
                await asyncio.Event().wait()
            yield event
            await asyncio.sleep(0.15)


MODELS = {
    "works": DefaultModel,
    "broken": BrokenModel,
    "broken_at_the_end": BrokenAtTheEndModel,
    "interrupted": InterruptedModel,
}


def install(kind: str = "works") -> None:
    """Make it the default of this process, before a plugin is imported."""
    strands.models.BedrockModel = strands.models.bedrock.BedrockModel = MODELS[kind]  # type: ignore[misc,assignment]
