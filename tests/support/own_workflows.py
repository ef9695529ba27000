"""What users derive from Strands' classes, and what its factories make, in a workflow and outside of one.

Loaded in the sandbox without import guards.
"""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from strands import Agent, tool
from strands.agent import ConversationManager
from strands.hooks import AfterInvocationEvent, HookRegistry, MessageAddedEvent
from strands.memory import ExtractionConfig, ExtractionTrigger, InvocationTrigger, MemoryManager
from strands.memory.extraction.types import ExtractionResult
from strands.session import SessionManager
from strands.storage import InMemoryStorage
from strands.tools.decorator import DecoratedFunctionTool
from strands.tools.loader import ToolLoader
from strands.tools.mcp import MCPAgentTool
from strands.tools.registry import ToolRegistry
from strands.tools.watcher import ToolWatcher
from strands.vended_memory_stores import FileMemoryStore
from strands.vended_tools import make_handoff_to_user, make_notebook, make_sleep
from temporalio import workflow

from strands_temporal import TemporalAgent

MakeAgent: TypeAlias = Callable[..., Agent]


@tool
def shout(word: str) -> str:
    """Say a word aloud.

    Args:
        word: The word.
    """
    return word.upper()


class Newest(ConversationManager):
    """Keeps the newest messages, and a state."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped = 0

    def apply_management(self, agent: Any, **kwargs: Any) -> None:
        while len(agent.messages) > 2:
            agent.messages.pop(0)
            self.dropped += 1

    def reduce_context(self, agent: Any, e: Exception | None = None, **kwargs: Any) -> None:
        raise NotImplementedError

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "dropped": self.dropped}


async def conversation_manager(make: MakeAgent) -> Any:
    agent = make(conversation_manager=Newest())
    for number in range(3):
        await agent.invoke_async(f"say {number}")
    return [agent.conversation_manager.get_state(), [each["content"] for each in agent.messages]]


class InState(SessionManager[Any]):
    """Keeps a session in a dict."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self.kept = kept
        self.session_id = "s"

    def initialize(self, agent: Any, **kwargs: Any) -> None:
        agent.messages[:] = list(self.kept.setdefault(agent.agent_id, []))

    def append_message(self, message: Any, agent: Any, **kwargs: Any) -> None:
        self.kept[agent.agent_id].append({key: message[key] for key in ("role", "content")})

    def redact_latest_message(self, redact_message: Any, agent: Any, **kwargs: Any) -> None:
        self.kept[agent.agent_id][-1] = redact_message

    def sync_agent(self, agent: Any, **kwargs: Any) -> None:
        self.kept["synced"] = self.kept.get("synced", 0) + 1


async def session_manager(make: MakeAgent) -> Any:
    """A session of the user's own class: its second agent goes on with the conversation of the first."""
    kept: dict[str, Any] = {}
    for number in range(2):
        await make(agent_id="one", session_manager=InState(kept)).invoke_async(f"say {number}")
    kept["one"] = [[each["role"], each["content"]] for each in kept["one"]]
    return kept


class AtThirdMessage(ExtractionTrigger):
    name = "third"

    def attach(self, context: Any) -> None:
        def added(event: MessageAddedEvent) -> None:
            if len(event.agent.messages) == 3:
                context.fire()

        context.agent.add_hook(added, MessageAddedEvent)


class Upper:
    """An extractor without a model."""

    async def extract(self, messages: Any, context: Any = None, **kwargs: Any) -> list[ExtractionResult]:
        texts = [block["text"] for each in messages for block in each["content"] if "text" in block]
        return [ExtractionResult(content=text.upper()) for text in texts]


async def extraction_trigger(make: MakeAgent) -> Any:
    """What is remembered, by triggers of Strands and of the user."""
    found: list[Any] = []
    for trigger in (InvocationTrigger(), AtThirdMessage()):
        extraction = ExtractionConfig(trigger=trigger, extractor=Upper())
        store = FileMemoryStore(name="notes", storage=InMemoryStorage(), writable=True, extraction=extraction)
        manager = MemoryManager(stores=[store], injection=False)
        agent = make(memory_manager=manager)
        for number in range(2):
            await agent.invoke_async(f"green tea {number}")
        await manager.flush()
        found.append(sorted(each.content for each in await store.search("tea", {"max_search_results": 9})))
    return found


async def registries(make: MakeAgent) -> Any:
    """The registries of hooks and tools of an agent, and what it tells of itself."""
    heard: list[str] = []
    options: dict[str, Any] = {"trace_attributes": {"tenant": "a"}}
    if "baggage_attributes" in inspect.signature(Agent.__init__).parameters:
        options["baggage_attributes"] = {"tenant": "a"}
    agent = make(name="told", tools=[shout], storage=InMemoryStorage(), **options)
    assert isinstance(agent.hooks, HookRegistry) and isinstance(agent.tool_registry, ToolRegistry)
    agent.hooks.add_callback(AfterInvocationEvent, lambda event: heard.append(event.agent.name))
    again: Any = tool(name="again")(lambda word: f"{word} {word}")
    assert isinstance(again, DecoratedFunctionTool)
    agent.tool_registry.register_tool(again)
    await agent.invoke_async("use again")
    assert agent.aux_model in (None, agent.model) and agent.sandbox is not None
    return [heard, sorted(agent.tool_names), type(agent.storage).__name__, agent.context_manager]


async def vended(make: MakeAgent) -> Any:
    """What Strands' factories make, under names of the user's."""
    tools = [make_notebook(name="book"), make_handoff_to_user(name="ask"), make_sleep(name="rest", max_duration=1)]
    if importlib.util.find_spec("strands.vended_tools.stop"):  # not in Strands 1.60
        from strands.vended_tools import make_stop

        tools.append(make_stop(name="end"))
    agent = make(tools=tools)
    result = await agent.invoke_async("use book")
    seen: list[Any] = []
    for word in ("rest", "ask"):
        result = await agent.invoke_async(f"use {word}")
        seen.append([result.stop_reason, str(result).strip()])
    answers: Any = [
        {"interruptResponse": {"interruptId": each.id, "response": "blue"}} for each in result.interrupts or ()
    ]
    result = await agent.invoke_async(answers)
    seen.append([result.stop_reason, str(result).strip()])
    if "end" in agent.tool_names:
        result = await agent.invoke_async("use end")
        seen.append([result.stop_reason, str(result).strip()])
    return [seen, agent.state.get()]


Case: TypeAlias = Callable[[MakeAgent], Awaitable[Any]]

_ALL: list[Case] = [conversation_manager, session_manager, extraction_trigger, registries, vended]
CASES: dict[str, Case] = {each.__name__: each for each in _ALL}  # type: ignore[attr-defined]


@workflow.defn
class Own:
    """One of them."""

    @workflow.run
    async def run(self, name: str) -> Any:
        return await CASES[name](partial(TemporalAgent, "scripted", callback_handler=None))


def mcp_tool() -> Any:
    """A tool of a connection that a workflow cannot have."""
    spec: Any = type("Spec", (), {"name": "clock", "description": "", "inputSchema": {}, "outputSchema": None})()
    return MCPAgentTool(spec, object())  # type: ignore[arg-type]


REFUSED: dict[str, Callable[[], Any]] = {
    "ToolLoader": lambda: ToolLoader.load_tools(str(Path("tools") / "weather.py"), "weather"),
    "ToolWatcher": lambda: ToolWatcher(ToolRegistry()),
    "MCPAgentTool": lambda: TemporalAgent("scripted", tools=[mcp_tool()]),
}


@workflow.defn
class RefusedParts:
    """What is refused when it is made or given to an agent."""

    @workflow.run
    async def run(self, what: str) -> None:
        REFUSED[what]()
