"""Agents whose sessions are kept outside of their workflows; loaded in the sandbox without import guards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from strands import Agent, tool
from strands.hooks import BeforeNodeCallEvent
from strands.multiagent import GraphBuilder, Swarm
from strands.session import FileSessionManager, RepositorySessionManager, SnapshotSessionManager
from strands.storage import LocalFileStorage
from temporalio import activity, workflow

from strands_temporal import TemporalAgent, TemporalModel, TemporalSessionRepository, TemporalStorage
from strands_temporal.workflow import activity_as_tool


@tool
def note(word: str, agent: Agent) -> str:
    """Keep a word in the agent's state.

    Args:
        word: The word.
    """
    agent.state.set("word", word)
    return f"{word} is noted"


@activity.defn
async def look_up(word: str) -> str:
    """Look a word up.

    Args:
        word: The word.
    """
    return f"{word} is found"


def manager(kind: str, session_id: str, **options: Any) -> Any:
    """A session manager of one of the kinds, by the names that the tests register."""
    if kind.startswith("snapshot"):
        storage = TemporalStorage("storage", **options)
        when: Any = {"trigger": "trigger", "message": "message"}.get(kind.partition("-")[2], "invocation")

        def trigger(*, agent_data: Any, **kwargs: Any) -> bool:
            return when == "trigger"

        return SnapshotSessionManager(session_id, storage=storage, save_latest_on=when, snapshot_trigger=trigger)
    return RepositorySessionManager(session_id, TemporalSessionRepository("sessions", **options))


@workflow.defn
class Talk:
    """Some turns of a conversation that is kept in a session."""

    def __init__(self) -> None:
        self.go_on = True

    @workflow.signal
    def proceed(self) -> None:
        self.go_on = True

    @workflow.run
    async def run(self, kind: str, session_id: str, prompts: list[str], wait: bool = False) -> dict[str, Any]:
        agent = TemporalAgent(
            "scripted",
            agent_id="talker",
            tools=[note, activity_as_tool(look_up)],
            session_manager=manager(kind, session_id, start_to_close_timeout=timedelta(seconds=5)),
            callback_handler=None,
        )
        before = len(agent.messages)
        answers: list[str] = []
        for prompt in prompts:
            self.go_on = not wait
            answers.append(str(await agent.invoke_async(prompt)).strip())
            await workflow.wait_condition(lambda: self.go_on)
        return {"before": before, "answers": answers, "word": agent.state.get("word"), "messages": len(agent.messages)}


@workflow.defn
class TalkInSyncCode:
    """The same with sync calls, and a plain agent."""

    @workflow.run
    async def run(self, kind: str, session_id: str) -> list[Any]:
        agent = Agent(
            TemporalModel("scripted"),
            agent_id="talker",
            session_manager=manager(kind, session_id),
            callback_handler=None,
        )
        before = len(agent.messages)
        return [before, str(agent("again")).strip()]


@workflow.defn
class TimeTravel:
    """Snapshots that are listed and gone back to."""

    @workflow.run
    async def run(self, session_id: str) -> list[Any]:
        sessions = SnapshotSessionManager(session_id, storage=TemporalStorage("storage"))
        agent = TemporalAgent("scripted", agent_id="talker", session_manager=sessions, callback_handler=None)
        made: list[str | None] = []
        for number in range(3):
            await agent.invoke_async(f"say {number}")
            made.append(await sessions.save_snapshot(agent, is_latest=False))
        listed = await sessions.list_snapshot_ids(agent)
        assert made[0] is not None
        await sessions.restore_snapshot(agent, snapshot_id=made[0])
        after = len(agent.messages)
        await sessions.delete_session()
        return [made == listed, after, await sessions.list_snapshot_ids(agent)]


@workflow.defn
class InGraph:
    """A graph, or a swarm, whose state is kept in a session."""

    @workflow.run
    async def run(self, kind: str, session_id: str, swarm: bool) -> list[Any]:
        sessions = manager(kind, session_id)
        nodes: list[Agent] = [
            TemporalAgent("scripted", name=name, callback_handler=None) for name in ("first", "second")
        ]
        if swarm:
            result: Any = await Swarm(nodes, session_manager=sessions, id="together").invoke_async("go")
        else:
            builder = GraphBuilder()
            for each in nodes:
                builder.add_node(each, each.name)
            builder.add_edge("first", "second")
            builder.set_graph_id("together")
            builder.set_max_node_executions(5)
            builder.set_session_manager(sessions)
            result = await builder.build().invoke_async("go")
        took = [node.node_id for node in (result.node_history if swarm else result.execution_order)]
        return [result.status.value, took]


@workflow.defn
class Redacted:
    """A guardrail takes the prompt back, in the session too."""

    @workflow.run
    async def run(self, kind: str, session_id: str) -> Any:
        agent = TemporalAgent(
            "scripted", agent_id="talker", session_manager=manager(kind, session_id), callback_handler=None
        )
        return (await agent.invoke_async("a secret")).stop_reason


@workflow.defn
class Refused:
    """What would do I/O in the workflow."""

    @workflow.run
    async def run(self, what: str, folder: str) -> None:
        if what == "file session":
            FileSessionManager("s", storage_dir=folder)
        elif what == "file storage":
            sessions = SnapshotSessionManager("s", storage=LocalFileStorage(folder))
            TemporalAgent("scripted", session_manager=sessions)
        elif what == "no storage":
            TemporalAgent("scripted", session_manager=SnapshotSessionManager("s"))
        elif what == "agent storage":
            TemporalAgent("scripted", storage=LocalFileStorage(folder))
        elif what == "unknown repository":
            RepositorySessionManager("s", TemporalSessionRepository("nowhere"))
        elif what == "unknown storage":
            TemporalAgent("scripted", session_manager=SnapshotSessionManager("s", storage=TemporalStorage("nowhere")))
        elif what == "no name":
            TemporalStorage("")
        await asyncio.sleep(0)


@workflow.defn
class InInit:
    """An agent with a session where nothing can be waited for."""

    def __init__(self) -> None:
        TemporalAgent("scripted", session_manager=SnapshotSessionManager("s", storage=TemporalStorage("storage")))

    @workflow.run
    async def run(self) -> None: ...


@workflow.defn
class RepositoryInInit:
    """The same of the other kind."""

    def __init__(self) -> None:
        RepositorySessionManager("s", TemporalSessionRepository("sessions"))

    @workflow.run
    async def run(self) -> None: ...


@workflow.defn
class FailingGraph:
    """A graph whose second node fails the first time; the session says where it is to go on."""

    @workflow.run
    async def run(self, kind: str, session_id: str, breaks: bool) -> list[Any]:
        ran: list[str] = []

        def fail(event: BeforeNodeCallEvent) -> None:
            ran.append(event.node_id)
            if breaks and event.node_id == "second":
                raise RuntimeError("the second node broke")

        builder = GraphBuilder()
        for name in ("first", "second"):
            builder.add_node(TemporalAgent("scripted", name=name, callback_handler=None), name)
        builder.add_edge("first", "second")
        builder.set_graph_id("together")
        builder.set_max_node_executions(5)
        builder.set_session_manager(manager(kind, session_id))
        graph = builder.build()
        graph.hooks.add_callback(BeforeNodeCallEvent, fail)
        try:
            result = await graph.invoke_async("go")
        except RuntimeError as error:
            return [str(error), ran]
        return [result.status.value, ran]


@workflow.defn(name="Writes")
class Writes:
    """Writes to a key, and again a bit more when it is told to."""

    def __init__(self) -> None:
        self.told = False

    @workflow.run
    async def run(self) -> None:
        """Write."""
        storage = TemporalStorage("storage")
        await storage.write("key", self.text(0))
        await workflow.wait_condition(lambda: self.told)
        await storage.write("key", self.text(1))

    def text(self, number: int) -> bytes:
        """What is written."""
        return b"".join(b'{"text": "piece %d of many"}' % each for each in range(500 + number))

    @workflow.signal
    def go_on(self) -> None:
        """Write again."""
        self.told = True


@workflow.defn(name="Writes")
class WritesOtherwise(Writes):
    """What the next deployment writes in its place has nothing in common with what was there."""

    @workflow.run
    async def run(self) -> None:
        """Write."""
        await super().run()

    def text(self, number: int) -> bytes:
        """What is written."""
        return super().text(number).replace(b"piece", b"part %d" % number)
