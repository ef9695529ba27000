"""The page's samples: their code with the official import or ours, and how each is used; for both plugins."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from temporalio.client import WorkflowFailureError

from ..sandbox.local import FolderSandbox

PAGE = Path(__file__).parent / "page.md"
OFFICIAL = "temporalio.contrib.strands"
OURS = "strands_temporal"

CODE: dict[str, str] = dict(re.findall(r"^## (\w+)\n\n```python\n(.*?)```$", PAGE.read_text(), re.S | re.M))


def code(name: str, package: str) -> str:
    """A sample's workflow with the import changed, by what docs/migrate.md tells."""
    return CODE[name].replace(OFFICIAL, package)


def load(package: str, folder: Path) -> dict[str, ModuleType]:
    """Write the samples as modules of a folder, and import them."""
    for name in CODE:
        (folder / f"page_{name}.py").write_text(code(name, package))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return {name: importlib.import_module(f"page_{name}") for name in CODE}


async def result(handle: Any) -> Any:
    return await handle.result()


async def approve(handle: Any) -> Any:
    """Say yes for as long as it asks."""
    ended = asyncio.ensure_future(handle.result())
    while not ended.done():
        if await handle.query("pending_approval") is not None:
            await handle.signal("approve", "approve")
        await asyncio.wait([ended], timeout=0.1)
    return await ended


async def chat(handle: Any) -> Any:
    """Two turns, the second with what the first has left, and the end."""
    replies = [
        await handle.execute_update("turn", text, id=f"turn-{number}", result_type=str)
        for number, text in enumerate(("I am Ada.", "Who am I?"))
    ]
    await handle.signal("end_chat")
    await handle.result()
    return replies


@dataclass(frozen=True)
class Sample:
    """How a sample is used.

    Attributes:
        workflow: Name of its workflow.
        argument: Of its run.
        answer: What comes of it.
        official: What comes of it under the official plugin, where that differs: sync tools fail there, and the model
            is told so.
        activities: Names of the activities that its worker registers.
        drive: What its user does while it runs, and gets.
    """

    workflow: str
    argument: Any
    answer: Any
    activities: Sequence[str] = ()
    drive: Callable[[Any], Awaitable[Any]] = result
    official: Any = None


@asynccontextmanager
async def box(context: Any) -> AsyncIterator[FolderSandbox]:
    """A folder in which there is what each operation of the sample finds, whatever was done before."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "note.txt").write_text("kept")  # noqa: ASYNC240
        yield FolderSandbox(Path(folder))


def plugin_options(name: str) -> dict[str, Any]:
    """What a sample's plugin is given, of either package."""
    if name == "sandbox":
        os.environ["SANDBOX_WHO"] = "Ada"
        return {"sandboxes": {"box": box}, "resolvable_worker_env_vars": ["SANDBOX_WHO"]}
    if "mcp" not in name:
        return {}
    from mcp import StdioServerParameters, stdio_client
    from strands.tools.mcp import MCPClient

    arguments = ["-m", "tests.mcp.servers", "stdio", "echo"]
    server = StdioServerParameters(command=sys.executable, args=arguments, cwd=PAGE.parents[2])
    transport: Any = lambda: stdio_client(server)  # noqa: E731
    return {"mcp_clients": {"echo": lambda: MCPClient(transport)}}


FAILED = "Error: NotImplementedError - "


SAMPLES = {
    "hello_world": Sample("HelloWorldWorkflow", "Write a haiku.", "I heard: Write a haiku.\n"),
    "tools": Sample(
        "ToolsWorkflow",
        "use letter_counter, fetch_weather and environment_activity",
        'tools said: 3; {"city": "Paris", "temperature_f": 72, "conditions": "sunny"}; not set\n',
        ["fetch_weather", "environment_activity"],
        official=f'tools said: {FAILED}; {{"city": "Paris", "temperature_f": 72, "conditions": "sunny"}}; not set\n',
    ),
    "hooks": Sample(
        "HooksWorkflow",
        "use letter_counter",
        "tools said: 3\n",
        ["persist_tool_call"],
        official=f"tools said: {FAILED}\n",
    ),
    "human_in_the_loop": Sample(
        "HumanInTheLoopWorkflow",
        "use delete_file",
        "tools said: deleted old.log\n",
        drive=approve,
        official=f"tools said: {FAILED}\n",
    ),
    "activity_interrupt": Sample(
        "ActivityInterruptWorkflow", "use delete_thing", "tools said: deleted orders\n", ["delete_thing"], approve
    ),
    "structured_output": Sample(
        "StructuredOutputWorkflow", "use PersonInfo", {"name": "Ada", "age": 36, "occupation": "mathematician"}
    ),
    "streaming": Sample("StreamingWorkflow", "Count to three.", "I heard: Count to three.\n"),
    "continue_as_new": Sample(
        "ChatWorkflow", {"messages": []}, ["I heard: I am Ada.", "I heard: I am Ada. Who am I?"], drive=chat
    ),
    "mcp": Sample("MCPWorkflow", "use echo", "tools said: echo: hi\n"),
    "mcp_cached": Sample("CachedMCPWorkflow", "use echo", "tools said: echo: hi\n"),
    "agent_as_tool": Sample(
        "AgentAsToolWorkflow",
        "use research",
        "tools said: I heard: What is known?\n",
        official=f"tools said: {FAILED}\n",
    ),
    "sandbox": Sample(
        "SandboxWorkflow",
        "use sandbox_shell",
        [
            'tools said: {"output": "out\\n", "error": "err\\n", "exit_code": 3}\n',
            *("42\nhello Ada\n3", "kept", "note.txt", "not found", "Execution timed out after 0.2 seconds"),
        ],
    ),
}


async def use(sample: Sample, handle: Any, limit: float = 30.0) -> Any:
    """Do what a user does, to the end."""
    try:
        return await asyncio.wait_for(sample.drive(handle), limit)
    except WorkflowFailureError as error:
        raise AssertionError(f"{sample.workflow} failed: {error.cause}") from error
