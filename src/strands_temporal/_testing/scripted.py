"""A model that answers by a script, streams like a provider, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel
from strands.models import Model
from strands.types.content import Messages, SystemContentBlock
from strands.types.event_loop import StopReason
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolChoice, ToolSpec

from .._model import codec
from .._model.request import user_state

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool in a scripted reply.

    Attributes:
        name: Name of the tool.
        input: Its input.
        id: Tool use id; made from the turn and the position in the reply by default, so it is the same on a retry.
    """

    name: str
    input: Any = field(default_factory=dict[str, Any])
    id: str | None = None


@dataclass(frozen=True)
class Reply:
    """A scripted reply in full.

    Attributes:
        content: Text, tool calls, and content blocks of Strands as they are, in their order.
        delay: Seconds to wait before the first event.
        chunk_delay: Seconds to wait before each further event.
        stop_reason: Why the model stopped; `tool_use` or `end_turn` by default, as the content is.
        input_tokens: Reported usage; estimated from the request by default.
    """

    content: Sequence[str | ToolCall | Mapping[str, Any]]
    delay: float = 0.0
    chunk_delay: float = 0.0
    stop_reason: StopReason | None = None
    input_tokens: int | None = None


@dataclass(frozen=True)
class Fail:
    """An error for some attempts of a model call, and what follows.

    Attributes:
        error: Raised, or called to make what is raised.
        times: Attempts of this call that fail.
        then: The step for the next attempt.
    """

    error: BaseException | Callable[[], BaseException]
    times: int = 1
    then: Step = "ok"


Step: TypeAlias = "str | ToolCall | Sequence[str | ToolCall | Mapping[str, Any]] | Reply | Fail | BaseException"


@dataclass(frozen=True)
class ScriptedRequest:
    """What the model was asked once.

    Attributes:
        turn: Number of assistant messages in the conversation, so 0 at first; the same when the call is tried again.
        attempt: How often this turn of this conversation was asked for, from 1.
        messages: The messages, as the provider would get them.
        tool_specs: The tools offered.
        system_prompt: The system prompt as text.
        tool_choice: The tool choice.
        invocation_state: The caller's entries of invocation_state.
    """

    turn: int
    attempt: int
    messages: list[Any]
    tool_specs: list[Any]
    system_prompt: str | None
    tool_choice: Any
    invocation_state: dict[str, Any]

    @property
    def text(self) -> str:
        """The text of the last message, its blocks joined by newlines."""
        return "\n".join(block["text"] for block in self._last_content() if "text" in block)

    @property
    def tool_results(self) -> list[Any]:
        """The tool results of the last message, as dicts with `toolUseId`, `status` and `content`."""
        return [block["toolResult"] for block in self._last_content() if "toolResult" in block]

    def tool_result(self, index: int = 0) -> str:
        """The text of one tool result of the last message."""
        return "\n".join(part.get("text", "") for part in self.tool_results[index]["content"])

    def _last_content(self) -> list[Any]:
        return self.messages[-1]["content"] if self.messages else []


Script: TypeAlias = "Sequence[Step] | Callable[[ScriptedRequest], Step]"


class ScriptedModel(Model):
    """Stands in for a paid model in tests, samples and demos.

    The step of a call is chosen by the conversation it gets, not by how often the model was called, so retries and
    restarts of the worker do not move the script. With `record`, several processes share what was asked.
    """

    def __init__(self, script: Script, *, record: Path | None = None, chunk_size: int = 12) -> None:
        """Create the model.

        Args:
            script: A step for each turn of a conversation, or a function of the request that returns the step.
            record: File to keep the requests in, shared by processes; in memory by default.
            chunk_size: Characters of text in one streamed delta.
        """
        self._script = script
        self._record = record
        self._chunk_size = chunk_size
        self._memory: list[str] = []
        self._lock = threading.Lock()

    @property
    def requests(self) -> list[ScriptedRequest]:
        """Every request so far, in the order they came."""
        return [_read(line) for line in self._lines()]

    def _lines(self) -> list[str]:
        if self._record is None:
            return list(self._memory)
        return self._record.read_text().splitlines() if self._record.exists() else []

    def _remember(self, **request: Any) -> ScriptedRequest:
        """Add a line: a digest of the conversation, by which attempts are counted without reading it, and the rest."""
        conversation = json.dumps([request["turn"], _encode(request["messages"])])
        digest = hashlib.sha256(conversation.encode()).hexdigest()
        with self._lock:
            attempt = 1 + sum(line.startswith(digest) for line in self._lines())
            line = f"{digest} {json.dumps(_encode({**request, 'attempt': attempt}))}"
            if self._record is None:
                self._memory.append(line)
            else:
                with self._record.open("a") as file:
                    file.write(line + "\n")
        return _read(line)

    def update_config(self, **model_config: Any) -> None:
        """Nothing to configure."""

    def get_config(self) -> dict[str, Any]:
        """The configuration: a model id."""
        return {"model_id": "scripted"}

    async def stream(
        self,
        messages: Messages,
        tool_specs: list[ToolSpec] | None = None,
        system_prompt: str | None = None,
        *,
        tool_choice: ToolChoice | None = None,
        system_prompt_content: list[SystemContentBlock] | None = None,
        invocation_state: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[StreamEvent, None]:
        """Answer with the script's step for this conversation.

        Raises:
            BaseException: What the script says.
            AssertionError: The script has no step for this turn.
        """
        request = self._remember(
            turn=sum(message["role"] == "assistant" for message in messages),
            messages=messages,
            tool_specs=tool_specs or [],
            system_prompt=system_prompt,
            tool_choice=tool_choice,
            invocation_state=user_state(invocation_state),
        )
        reply = _as_reply(self._step(request), request.attempt)
        await asyncio.sleep(reply.delay)
        for event in _events(reply, request, self._chunk_size):
            yield event
            if reply.chunk_delay:
                await asyncio.sleep(reply.chunk_delay)

    def _step(self, request: ScriptedRequest) -> Step:
        if callable(self._script):
            return self._script(request)
        if request.turn >= len(self._script):
            raise AssertionError(
                f"The script has {len(self._script)} steps, and turn {request.turn} was asked for, "
                f"after: {request.text!r}"
            )
        return self._script[request.turn]

    async def structured_output(
        self, output_model: type[T], prompt: Messages, system_prompt: str | None = None, **kwargs: Any
    ) -> AsyncGenerator[dict[str, T | Any], None]:
        """The input of the scripted step's first tool call, as the model type."""
        tool_input: Any = {}
        event: Any
        async for event in self.stream(prompt, system_prompt=system_prompt):
            if "contentBlockDelta" in event and "toolUse" in (delta := event["contentBlockDelta"]["delta"]):
                tool_input = json.loads(delta["toolUse"]["input"])
        yield {"output": output_model.model_validate(tool_input)}


def _read(line: str) -> ScriptedRequest:
    return ScriptedRequest(**codec.decode(json.loads(line.partition(" ")[2])))


def _as_reply(step: Step, attempt: int) -> Reply:
    while isinstance(step, Fail):
        if attempt <= step.times:
            raise step.error if isinstance(step.error, BaseException) else step.error()
        attempt, step = attempt - step.times, step.then
    if isinstance(step, BaseException):
        raise step
    if isinstance(step, Reply):
        return step
    return Reply([step] if isinstance(step, (str, ToolCall)) else step)


def _events(reply: Reply, request: ScriptedRequest, chunk_size: int) -> Iterator[Any]:
    uses_tools = False
    output = 0
    yield {"messageStart": {"role": "assistant"}}
    for index, part in enumerate(reply.content):
        if isinstance(part, ToolCall):
            uses_tools = True
            text = json.dumps(part.input)
            use_id = part.id or f"tooluse_{request.turn}_{index}"
            yield {"contentBlockStart": {"start": {"toolUse": {"name": part.name, "toolUseId": use_id}}}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": text}}}}
        elif isinstance(part, str):
            text = part
            for start in range(0, len(part), chunk_size):
                yield {"contentBlockDelta": {"delta": {"text": part[start : start + chunk_size]}}}
        else:
            text = ""
            yield {"contentBlockDelta": {"delta": dict(part)}}
        yield {"contentBlockStop": {}}
        output += 1 + len(text) // 4
    yield {"messageStop": {"stopReason": reply.stop_reason or ("tool_use" if uses_tools else "end_turn")}}
    tokens = reply.input_tokens
    if tokens is None:
        tokens = len(json.dumps(_encode(request.messages))) // 4
    yield {
        "metadata": {
            "usage": {"inputTokens": tokens, "outputTokens": output, "totalTokens": tokens + output},
            "metrics": {"latencyMs": 0},
        }
    }


def _encode(value: Any) -> Any:
    """What a request has in it, one level less deep, has been written for the activity."""
    return codec.encode(value, codec.MAX_DEPTH + 1)
