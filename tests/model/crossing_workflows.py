"""Conversations with much in them, each with any maker of agents: in the workflow below, and outside of Temporal."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from functools import partial
from pprint import pformat
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from strands import Agent, ToolContext, tool
from strands.session.session_manager import SessionManager
from strands.tools.tools import PythonAgentTool
from strands.vended_plugins.context_injector import ContextInjector
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal._model.coalesce import coalesce
from strands_temporal.workflow import activity_as_tool

MakeAgent: TypeAlias = Callable[..., Agent]

PNG = b"\x89PNG\r\n\x1a\n\x00\xff\xfe"
PDF = b"%PDF-1.7\xe2\xe3\xcf\xd3"
MP4 = b"\x00\x00\x00\x18ftypmp42"
MP3 = b"ID3\x04\x00\xff"

QUERY = {"text": "Is it true?", "qualifiers": ["query"]}

NOT_UTF8 = "lone \ud800, pair \ud83d\ude00, NUL \x00, mark \ufeff"
"""Text that a model or a user may hand over, and that no UTF-8 can hold."""

SCRIPTS = "emoji 👩‍👩‍👧, combining é, עברית, line\u2028separator, astral 𝄞"

NUMBERS = [math.nan, math.inf, -math.inf, -0.0, 1e-320, 1.0, 1, True, 2**53 + 1, -(2**63), 2**70]

LOOKS_ESCAPED = [
    {"$bytes": "AAAA"},
    {"$text": "x"},
    {"$float": "nan"},
    {"$object": {"$bytes": ""}},
    {"$bytes": 1, "a": 2},
]


def shown(value: Any) -> str:
    """A value as text that tells types apart, and under which NaN is NaN; without what differs from run to run."""
    return pformat(_steady(value), width=160)


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _steady(item) for key, item in value.items() if key not in ("timeToFirstByteMs", "tracking_id")}
    return [_steady(item) for item in value] if isinstance(value, list) else value


class Talk:
    """An agent, and all that its user gets of it."""

    def __init__(self, make: MakeAgent, **options: Any) -> None:
        self._events: list[Any] = []
        self._results: list[Any] = []
        self._agent = make(callback_handler=self._hear, **options)

    def _hear(self, **heard: Any) -> None:
        if "event" in heard:
            self._events.append(heard["event"])

    async def say(self, prompt: Any, **options: Any) -> None:
        result = await self._agent.invoke_async(prompt, **options)
        output = result.structured_output
        usage = result.metrics.accumulated_usage
        self._results.append([result.stop_reason, result.message, dict(usage), output and output.model_dump()])

    def got(self) -> str:
        """Events, results and messages; deltas of a stream are joined, as they are for who reads a recorded one."""
        return shown([coalesce(self._events), self._results, self._agent.messages])


async def media(make: MakeAgent) -> str:
    """Bytes and places of media, cache points and guarded content in prompts."""
    talk = Talk(make)
    s3 = {"location": {"type": "s3", "uri": "s3://bucket/key", "bucketOwner": "111122223333"}}
    document = {"format": "pdf", "name": "report", "citations": {"enabled": True}, "context": "the year's"}
    await talk.say(
        [
            {"text": "What is in these?"},
            {"image": {"format": "png", "source": {"bytes": PNG}}},
            {"document": {**document, "source": {"bytes": PDF}}},
            {"video": {"format": "mp4", "source": {"bytes": MP4}}},
            {"audio": {"format": "mp3", "source": {"bytes": MP3}}},
            {"cachePoint": {"type": "default", "ttl": "1h"}},
        ]
    )
    await talk.say(
        [
            {"image": {"format": "png", "source": s3}},
            {"document": {**document, "name": "second", "source": s3}},
            {"video": {"format": "mp4", "source": s3}},
            {"guardContent": {"text": QUERY}},
            {"image": {"format": "png", "source": {"bytes": b""}}},
        ]
    )
    await talk.say("And now?")
    return talk.got()


async def system_prompt(make: MakeAgent) -> str:
    """A system prompt of blocks, and one of plain text."""
    blocks = [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}, {"text": NOT_UTF8}]
    structured, plain = Talk(make, system_prompt=blocks), Talk(make, system_prompt=SCRIPTS)
    await structured.say("Hello")
    await plain.say("Hello")
    await structured.say("And now?")
    return structured.got() + plain.got()


async def replies(make: MakeAgent) -> str:
    """What a model says comes back to it: reasoning, signatures, redactions, citations."""
    talk = Talk(make)
    for prompt in ("Think.", "Think again.", "Where did you read it?", "And now?"):
        await talk.say(prompt)
    return talk.got()


async def texts(make: MakeAgent) -> str:
    """Text of every kind, in prompts and in replies."""
    talk = Talk(make)
    for text in (NOT_UTF8, SCRIPTS, "", "x" * 200_000):
        await talk.say([{"text": text}, {"text": "Say it again."}])
    return talk.got()


@tool(context=True)
def look(what: str, tool_context: ToolContext) -> dict[str, Any]:
    """Look at something."""
    if what == "error":
        return {"status": "error", "content": [{"text": NOT_UTF8}]}
    return {
        "status": "success",
        "content": [
            {"text": ""},
            {"image": {"format": "png", "source": {"bytes": PNG}}},
            {"document": {"format": "pdf", "name": "seen", "source": {"bytes": PDF}}},
            {"json": {"numbers": NUMBERS, "ключ": {"": None}, "escapes": LOOKS_ESCAPED, "text": NOT_UTF8}},
            {"json": tool_context.tool_use["input"]},
        ],
    }


async def tools(make: MakeAgent) -> str:
    """Results of tools with everything in them, and inputs that JSON does not hold."""
    talk = Talk(make, tools=[look])
    await talk.say("Look.")
    await talk.say("Look again.")
    return talk.got()


async def tool_specs(make: MakeAgent) -> str:
    """Tools with all that a specification may have."""
    spec = {
        "name": "measure",
        "description": SCRIPTS,
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"größe": {"$ref": "#/$defs/Size"}, "a": {"type": ["number", "null"], "default": 1.0}},
                "required": ["größe"],
                "$defs": {"Size": {"type": "integer", "minimum": -(2**63), "maximum": 2**70}},
            }
        },
        "outputSchema": {"json": {"type": "object", "properties": {"cm": {"type": "number"}}}},
        "annotations": {"readOnlyHint": True, "title": "Measure"},
    }

    def measure(tool_use: Any, **state: Any) -> Any:
        return {"toolUseId": tool_use["toolUseId"], "status": "success", "content": [{"json": {"cm": 1.0}}]}

    talk = Talk(make, tools=[PythonAgentTool("measure", spec, measure), look])  # type: ignore[arg-type]
    await talk.say("Measure.")
    return talk.got()


class Person(BaseModel):
    """Somebody."""

    name: str = Field(description="as in the passport")
    age: int | None = Field(default=None, ge=0)


async def structured_output(make: MakeAgent) -> str:
    """An output that Strands has to ask for a second time, by a tool choice, and one that it gets at once."""
    talk = Talk(make, tools=[look])
    await talk.say("Who is it?", structured_output_model=Person)
    await talk.say("And who is that?", structured_output_model=Person)
    return talk.got()


class Address(BaseModel):
    """Where somebody lives."""

    street: str = Field(max_length=80)
    city: str


class Guest(Person):
    """Somebody who comes; their reasons are to be thought of first."""

    model_config = ConfigDict(title="A guest")

    reason: str
    addresses: list[Address] = []


async def enforced_output(make: MakeAgent) -> str:
    """An output that the provider is asked to enforce."""
    talk = Talk(make, tools=[look])
    await talk.say("Who comes?", structured_output_model=Guest)
    await talk.say("Why?")
    return talk.got()


SENT_STATE = {
    "user": "Ann",
    "limits": {"tokens": 2**70, "share": math.inf, "days": [1, 2.5, None, True]},
    "blob": PNG,
    "text": NOT_UTF8,
    "looks escaped": LOOKS_ESCAPED[0],
    "ключ": "",
    "noted": 2,
}
"""The entries of invocation_state that a model sees; a tool adds the last."""


@tool(context=True)
def note(tool_context: ToolContext) -> str:
    """Take a note."""
    tool_context.invocation_state["noted"] = 2
    return "noted"


async def invocation_state(make: MakeAgent) -> str:
    """Entries of the user's, one that a tool adds, and some that cannot be sent."""
    talk = Talk(make, tools=[note])
    given = {key: value for key, value in SENT_STATE.items() if key != "noted"}
    unsendable = {"handle": object(), "function": shown, "set": {1}, "keys": {1: 2}, "deep": [{"lock": object()}]}
    await talk.say("Take a note.", invocation_state={**given, **unsendable})
    await talk.say("And now?")
    return talk.got()


class NoStore(SessionManager):
    """A session that keeps nothing but its name."""

    session_id = "session-Ä-1"

    def initialize(self, agent: Any, **kwargs: Any) -> None: ...

    def append_message(self, message: Any, agent: Any, **kwargs: Any) -> None: ...

    def redact_latest_message(self, redact_message: Any, agent: Any, **kwargs: Any) -> None: ...

    def sync_agent(self, agent: Any, **kwargs: Any) -> None: ...


async def session(make: MakeAgent) -> str:
    """The metadata of an agent with a session."""
    talk = Talk(make, session_manager=NoStore())
    await talk.say("Hello")
    return talk.got()


async def injected(make: MakeAgent) -> str:
    """Context that is put at the end of the last message, and told to the model as such."""
    talk = Talk(make, plugins=[ContextInjector(lambda context: f"<messages>{len(context.messages)}</messages>")])
    await talk.say("Hello")
    await talk.say([{"text": "And now?"}, {"cachePoint": {"type": "default"}}])
    return talk.got()


@tool
def count(word: str) -> int:
    """Count letters."""
    return len(word)


async def provider(make: MakeAgent) -> str:
    """What the providers of tests/fixtures can answer: two invocations, a tool and an image."""
    talk = Talk(make, system_prompt=[{"text": "Be brief."}, {"cachePoint": {"type": "default"}}], tools=[count])
    await talk.say([{"text": "What is in this?"}, {"image": {"format": "png", "source": {"bytes": PNG}}}])
    await talk.say("And now?")
    return talk.got()


async def server_state(make: MakeAgent) -> str:
    """Three invocations whose conversation a provider keeps; the second uses a tool."""
    talk = Talk(make, system_prompt="Be brief.", tools=[count])
    for prompt in ("one", "two", "three"):
        await talk.say(prompt)
    return talk.got()


_ALL: list[Callable[[MakeAgent], Awaitable[str]]] = [
    media,
    system_prompt,
    replies,
    texts,
    tools,
    tool_specs,
    structured_output,
    enforced_output,
    invocation_state,
    session,
    injected,
    provider,
    server_state,
]
CONVERSATIONS = {each.__name__: each for each in _ALL}  # type: ignore[attr-defined]


@activity.defn
async def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


@workflow.defn
class ThreeTurns:
    """Three invocations with a tool in the workflow and one in an activity."""

    @workflow.run
    async def run(self) -> str:
        tools = [count, activity_as_tool(weather), look]
        agent = TemporalAgent("scripted", name="Ann", system_prompt="Be brief.", tools=tools, callback_handler=None)
        for prompt in ("one", "two"):
            await agent.invoke_async(prompt, invocation_state={"b": {"y": 1, "x": 2}, "a": prompt})
        result = await agent.invoke_async("three", structured_output_model=Person)
        return str(result.structured_output)


@workflow.defn
class Converse:
    """One of the conversations, and what its user got."""

    @workflow.run
    async def run(self, name: str) -> str:
        return await CONVERSATIONS[name](partial(TemporalAgent, "model"))
