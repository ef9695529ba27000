"""Parameters and methods of agents, and parts that are given to them; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from strands.agent.a2a_agent import A2AAgent
from strands.handlers import PrintingCallbackHandler
from strands.memory import MemoryManager
from strands.multiagent.a2a.executor import StrandsA2AExecutor
from strands.multiagent.a2a.server import A2AServer
from strands.storage import InMemoryStorage
from strands.tools import ToolProvider
from strands.tools.mcp import MCPServerConfig
from strands.types.exceptions import ConcurrencyException
from strands.types.tools import AgentTool
from strands.vended_memory_stores import FileMemoryStore
from strands.vended_memory_stores.bedrock_knowledge_base import BedrockKnowledgeBaseStore
from strands.vended_tools import make_mcp_router
from temporalio import workflow

from strands_temporal import TemporalAgent, TemporalStorage

from .part_workflows import LOOK_UP


class Words(ToolProvider):
    """Gives the agent its tool."""

    async def load_tools(self, **kwargs: Any) -> Sequence[AgentTool]:
        await asyncio.sleep(0)
        return [LOOK_UP]

    def add_consumer(self, consumer_id: Any, **kwargs: Any) -> None: ...

    def remove_consumer(self, consumer_id: Any, **kwargs: Any) -> None: ...


@workflow.defn
class Provided:
    """An agent whose tools come from a provider, as a tool of another agent."""

    @workflow.run
    async def run(self) -> str:
        inner = TemporalAgent("scripted", name="inner", tools=[Words()], callback_handler=None)
        outer = TemporalAgent("outer", tools=[inner.as_tool(name="ask", description="Ask.")], callback_handler=None)
        answer = str(await outer.invoke_async("go")).strip()
        inner.cleanup()
        outer.shutdown()
        await outer.shutdown_async()
        return answer


@workflow.defn
class Twice:
    """Two invocations of one agent at a time."""

    @workflow.run
    async def run(self) -> list[str]:
        agent = TemporalAgent("scripted", callback_handler=None)
        both = await asyncio.gather(agent.invoke_async("a"), agent.invoke_async("b"), return_exceptions=True)
        return [type(each).__name__ if isinstance(each, ConcurrencyException) else str(each).strip() for each in both]


@workflow.defn
class Direct:
    """Direct calls of a tool that leave no message."""

    @workflow.run
    async def run(self) -> list[Any]:
        agent = TemporalAgent("scripted", tools=[LOOK_UP], record_direct_tool_call=False)
        result: Any = agent.tool.look_up(word="ash")
        return [result["content"][0]["text"], len(agent.messages)]


@workflow.defn
class Paused:
    """A turn in two halves."""

    @workflow.run
    async def run(self) -> list[str]:
        agent = TemporalAgent("scripted", tools=[LOOK_UP], checkpointing=True, callback_handler=None)
        result = await agent.invoke_async("go")
        stops: list[str] = [result.stop_reason]
        while result.checkpoint is not None:
            resume: Any = {"checkpointResume": {"checkpoint": result.checkpoint.to_dict()}}
            result = await agent.invoke_async(resume)
            stops.append(result.stop_reason)
        return [*stops, str(result).strip()]


@workflow.defn
class Searched:
    """A memory in files, those of the worker or in the workflow, searched by words."""

    @workflow.run
    async def run(self, name: str | None) -> list[str]:
        storage = TemporalStorage(name) if name else InMemoryStorage()
        store = FileMemoryStore(name="notes", storage=storage, writable=True)
        await store.add("the ash is tall")
        await store.add("the oak is old")
        return [entry.content for entry in await store.search("oak old", {"max_search_results": 1})]


@workflow.defn
class Prints:
    """A printing handler of the user's own."""

    @workflow.run
    async def run(self) -> str:
        return str(await TemporalAgent("scripted", callback_handler=PrintingCallbackHandler()).invoke_async("go"))


ROUTER = make_mcp_router(servers={"clock": MCPServerConfig(command="none")})
KNOWLEDGE_BASE: Any = {"knowledge_base_id": "KB", "runtime_client": object(), "agent_client": object()}
KNOWLEDGE = BedrockKnowledgeBaseStore(name="kb", config=KNOWLEDGE_BASE)

OUTSIDE: dict[str, Callable[[], Any]] = {
    "A2AAgent": lambda: A2AAgent("http://127.0.0.1:9"),
    "A2AServer": lambda: A2AServer(TemporalAgent("scripted", description="x")),
    "StrandsA2AExecutor": lambda: StrandsA2AExecutor(TemporalAgent("scripted")),
    "mcp_router": lambda: TemporalAgent("scripted", tools=[ROUTER]),
    "knowledge base": lambda: TemporalAgent("scripted", memory_manager=MemoryManager(stores=[KNOWLEDGE])),
}


@workflow.defn
class Outside:
    @workflow.run
    async def run(self, what: str) -> None:
        OUTSIDE[what]()
