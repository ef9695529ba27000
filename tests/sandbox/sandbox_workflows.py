"""Workflows that use a sandbox: by an agent's tools, and by themselves."""

from __future__ import annotations

import asyncio
import base64
import os
from dataclasses import asdict, is_dataclass
from datetime import timedelta
from typing import Any

from strands.sandbox import ExecutionResult, StreamChunk
from strands.sandbox.not_a_sandbox_local_environment import NotASandboxLocalEnvironment
from strands.storage import LocalFileStorage
from strands.vended_plugins.skills import AgentSkills
from strands.vended_tools import file_editor, python_repl, shell
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.contrib.workflow_streams import WorkflowStream
from temporalio.exceptions import ActivityError, ApplicationError

from strands_temporal import TemporalAgent, TemporalSandbox, temporal_worker_env_ref

SECRET_NAME = "SANDBOX_TESTS_SECRET"


@activity.defn
async def something_else() -> None:
    """An activity of a worker that knows no sandboxes."""


def sandbox_of(options: dict[str, Any]) -> TemporalSandbox:
    """The sandbox `box` with options as JSON has them."""
    options = dict(options)
    for name in [each for each in options if each.endswith(("_timeout", "_interval"))]:
        options[name] = timedelta(seconds=options[name])
    if attempts := options.pop("attempts", None):
        options["retry_policy"] = RetryPolicy(maximum_attempts=attempts, initial_interval=timedelta(milliseconds=50))
    return TemporalSandbox(options.pop("name", "box"), **options)


@workflow.defn
class Agentic:
    """An agent with the vended tools for sandboxes, and those that its sandbox brings."""

    @workflow.run
    async def run(self, prompt: str, options: dict[str, Any] | None = None) -> str:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[shell, file_editor, python_repl],
            sandbox=sandbox_of(options or {}),
        )
        return str(await agent.invoke_async(prompt)).strip()


@workflow.defn
class WithSkills:
    """An agent whose skills are in its sandbox."""

    @workflow.run
    async def run(self, folder: str) -> str:
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            plugins=[AgentSkills(skills=[f"{folder}/skills"])],
            sandbox=sandbox_of({}),
        )
        return str(await agent.invoke_async("go")).strip()


@workflow.defn
class WithStorage:
    """Strands' storage of files, in a sandbox."""

    @workflow.run
    async def run(self, folder: str) -> list[Any]:
        storage = LocalFileStorage(f"{folder}/stored", sandbox=sandbox_of({}))
        found: list[Any] = [await storage.list(), await storage.read("a/b.txt")]
        await storage.write("a/b.txt", b"one")
        await storage.write("c.bin", b"\xff\x00")
        found += [await storage.list(), shown(await storage.read("a/b.txt")), shown(await storage.read("c.bin"))]
        await storage.delete("a/b.txt")
        await storage.delete("a/b.txt")
        return [*found, await storage.list(), await storage.read("a/b.txt")]


@workflow.defn
class Unsandboxed:
    """An agent with the vended tools, and no sandbox."""

    @workflow.run
    async def run(self) -> str:
        agent = TemporalAgent("scripted", callback_handler=None, tools=[shell, python_repl])
        return str(await agent.invoke_async("go")).strip()


def shown(value: Any) -> Any:
    """What an operation gave, as JSON has it."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return [shown(each) for each in value]
    return shown(asdict(value)) if is_dataclass(value) and not isinstance(value, type) else value


def shown_error(error: Exception) -> dict[str, Any]:
    """What is to be known of an error, as JSON has it."""
    found: dict[str, Any] = {
        "error": type(error).__name__,
        "is": [each.__name__ for each in type(error).__mro__],
        "says": str(error),
    }
    for name in ("stdout", "stderr"):
        if hasattr(error, name):
            found[name] = getattr(error, name)
    return found


@workflow.defn
class Direct:
    """Does one operation after the other, and tells what came of each."""

    @workflow.run
    async def run(self, operations: list[Any], options: dict[str, Any] | None = None) -> list[Any]:
        sandbox = sandbox_of(options or {})
        outcomes: list[Any] = []
        for what, arguments in operations:
            arguments = dict(arguments)
            if "content" in arguments:
                arguments["content"] = base64.b64decode(arguments["content"])
            if "env" in arguments:
                arguments["env"] = {
                    key: value.replace("{ref}", temporal_worker_env_ref(SECRET_NAME))
                    for key, value in arguments["env"].items()
                }
            try:
                if what == "stream":
                    items: list[StreamChunk | ExecutionResult] = []
                    async for item in sandbox.execute_streaming(**arguments):
                        items.append(item)
                    outcomes.append(shown(items))
                else:
                    outcomes.append(shown(await getattr(sandbox, what)(**arguments)))
            except Exception as error:
                outcomes.append(shown_error(error))
        return outcomes


@workflow.defn
class Uncaught:
    """Does one operation, and catches nothing."""

    @workflow.run
    async def run(self, what: str, arguments: dict[str, Any], options: dict[str, Any] | None = None) -> None:
        await getattr(sandbox_of(options or {}), what)(**arguments)


@workflow.defn
class Odd:
    """Uses a sandbox in ways that cannot work, and tells what it is told."""

    @workflow.run
    async def run(self, way: str) -> str:
        anything: Any = TemporalSandbox
        ways = {
            "no name": lambda: anything(),
            "wrong name": lambda: anything(7),
            "empty name": lambda: anything(""),
            "unknown option": lambda: anything("box", timeout=7),
            "wrong option": lambda: anything("box", start_to_close_timeout=7),
            "wrong topic": lambda: anything("box", streaming_topic=7),
            "wrong interval": lambda: anything("box", streaming_batch_interval=7),
            "wrong reference": lambda: temporal_worker_env_ref("A{B}"),
            "a text for a file": lambda: anything("box").write_file("/tmp/x", "text"),
            "an object for a path": lambda: anything("box").read_file(object()),
            "an object in kwargs": lambda: anything("box").execute("true", more=object()),
            "a sandbox that works in the workflow": lambda: TemporalAgent(sandbox=NotASandboxLocalEnvironment()),
            "no sandbox at all": lambda: TemporalAgent(sandbox=anything),
        }
        try:
            made = ways[way]()
            if hasattr(made, "__await__"):
                await made
        except ApplicationError as error:
            return f"{error.type}: {error.message}"
        return "nothing"


@workflow.defn
class Asked:
    """Uses a sandbox where a workflow may only read."""

    def __init__(self) -> None:
        self.ended = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.ended)

    @workflow.signal
    def end(self) -> None:
        self.ended = True

    @workflow.query
    def look(self) -> str:
        TemporalSandbox("box").read_text("/etc/hostname").send(None)
        return "read"


@workflow.defn
class Streamed:
    """Runs a command whose output is published, and waits to be told that it was read."""

    def __init__(self) -> None:
        self.stream = WorkflowStream()
        self.ended = False

    @workflow.signal
    def end(self) -> None:
        self.ended = True

    @workflow.run
    async def run(self, command: str, env: dict[str, str] | None = None, options: dict[str, Any] | None = None) -> Any:
        sandbox = sandbox_of({"streaming_topic": "output", **(options or {})})
        try:
            outcome = shown(await sandbox.execute(command, env=env))
        except Exception as error:
            outcome = shown_error(error)
        await workflow.wait_condition(lambda: self.ended)
        return outcome


def runs(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@workflow.defn
class Chained:
    """Uses its sandbox in two runs."""

    @workflow.run
    async def run(self, runs: int) -> str:
        text = (await TemporalSandbox("box").execute("cat found 2>/dev/null; echo $$ >> found")).stdout
        if runs > 1:
            workflow.continue_as_new(runs - 1)
        return text


@workflow.defn
class Hurried:
    """Gives a command half a second, and does something else then."""

    @workflow.run
    async def run(self, command: str, options: dict[str, Any]) -> str:
        kind = workflow.ActivityCancellationType[options.pop("cancellation_type")]
        sandbox = sandbox_of({**options, "cancellation_type": kind})
        try:
            await asyncio.wait_for(sandbox.execute(command), 1)
        except (TimeoutError, asyncio.TimeoutError):
            return (await sandbox.execute("echo something else")).stdout
        return "it has ended"


@workflow.defn
class AsScheduled:
    """Schedules an activity as the official plugin does, and gives its result, or its failure's type and details."""

    @workflow.run
    async def run(self, operation: str, request: dict[str, Any]) -> list[Any]:
        kind = bytes if operation == "read-file" else None
        name = f"strands-sandbox-{operation}"
        limit = timedelta(seconds=20)
        try:
            handle: Any = workflow.start_activity(name, request, result_type=kind, start_to_close_timeout=limit)
            result = await handle
            return [base64.b64encode(result).decode() if isinstance(result, bytes) else result]
        except ActivityError as error:
            cause = error.cause
            assert isinstance(cause, ApplicationError)
            return [cause.type, *cause.details]
