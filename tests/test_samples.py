"""Every sample runs the way a user starts it, offline, and leaves nothing behind; its providers can be chosen."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Replayer

from strands_temporal import StrandsPlugin

from .env import LIMIT
from .replay.cases import CASES

pytestmark = pytest.mark.timing

ROOT = Path(__file__).parents[1]

EXPECTED = {
    "continue_as_new": ["You told me 5 things; the first was: My name is Ada.", "Result: the chat has ended."],
    "hello_world": ["Result: Of durable execution:", "the work remembers."],
    "hooks": ["Result: There are 3 and 2.", "Noted in the workflow: letter_counter, letter_counter", "audit: tool"],
    "structured_output": ["PersonInfo(name='John Smith', age=30, occupation='software engineer')"],
    "multi_model": ["Result: Work goes on where it stopped. A crash", "In short: Work goes on where it stopped.\n"],
    "streaming": ["One is", "Five is", "Final result: One is"],
    "tools": ["The letters: 3.", '"temperature_f": 72', "hello from the worker"],
    "mcp": ["Result: The server said: Echo: Durable agents remember."],
    "human_in_the_loop": ["Asked: approve delete of /tmp/old.log?", "this came of it: deleted /tmp/old.log"],
    "activity_interrupt": ["Asked: approve delete of protected resource 'orders'?", "this came of it: deleted orders"],
    "approvals": [
        "Asked: delete_file {'path': '/etc/passwd'}; answered: no",
        "The call was denied: only below /tmp; deleted /tmp/old.log",
    ],
    "tracing": ["Result: It is sunny in Paris.", "RunWorkflow:TracingWorkflow", "invoke_agent forecaster", " tokens"],
}


def test_every_sample_is_run_here_and_has_its_readme() -> None:
    assert {path.parent.name for path in ROOT.glob("samples/*/run_worker.py")} == set(EXPECTED)
    table = (ROOT / "samples/README.md").read_text()
    for name in EXPECTED:
        readme = (ROOT / f"samples/{name}/README.md").read_text()
        assert f"python -m samples {name}" in readme
        assert len(readme.splitlines()) <= 20
        assert f"| `{name}` |" in table


@asynccontextmanager
async def alone(base: pytest.TempPathFactory, name: str) -> AsyncIterator[None]:
    """A sample has a fixed workflow id and task queue, so no two tests run it on a server at the same time."""
    folder = base.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with (shared / f"{name}.lock").open("w") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        yield


async def run_sample(name: str, **env: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "samples", name),
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), LIMIT)
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.mark.parametrize("name", EXPECTED)
async def test_sample(server_address: str, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    client = await Client.connect(server_address)
    async with alone(tmp_path_factory, name):
        code, output = await run_sample(name, TEMPORAL_ADDRESS=server_address)
        history = await client.get_workflow_handle(f"strands-{name.replace('_', '-')}").fetch_history()
    assert code == 0, output
    for words in EXPECTED[name]:
        assert words in output, output
    assert "Traceback" not in output, output
    if name == "tracing":
        check_one_trace(output)
    await Replayer(workflows=[CASES[name].workflow], plugins=[StrandsPlugin()]).replay_workflow(history)


def check_one_trace(output: str) -> None:
    """The client's process and the worker's print spans of one trace, each below a span that one of them prints."""
    spans = re.findall(r"trace (\w{32}) span (\w{16}) of (\S+): (.*), \d+ ms", output)
    assert len(spans) == len({span for _, span, _, _ in spans}) == 14, output
    assert len({trace for trace, _, _, _ in spans}) == 1, output
    assert {parent for _, _, parent, _ in spans} <= {"-", *(span for _, span, _, _ in spans)}, output
    assert [name for _, _, parent, name in spans if parent == "-"] == ["StartWorkflow:TracingWorkflow"]


async def test_the_chat_continues_as_new(suggesting_server_address: str) -> None:
    """As the server suggests it; the agent knows what it was told in the runs before."""
    code, output = await run_sample("continue_as_new", TEMPORAL_ADDRESS=suggesting_server_address)
    assert code == 0, output
    assert "(The chat has continued as new.)" in output
    assert "You told me 5 things; the first was: My name is Ada." in output
    client = await Client.connect(suggesting_server_address)
    last = await client.get_workflow_handle("strands-continue-as-new").fetch_history()
    started = last.events[0].workflow_execution_started_event_attributes
    before = client.get_workflow_handle("strands-continue-as-new", run_id=started.continued_execution_run_id)
    for history in (last, await before.fetch_history()):
        replayer = Replayer(workflows=[CASES["continue_as_new"].workflow], plugins=[StrandsPlugin()])
        await replayer.replay_workflow(history)


async def end_hello_world(address: str) -> None:
    """Samples have fixed workflow ids, and a run without its worker would be found by the next one."""
    client = await Client.connect(address)
    with contextlib.suppress(RPCError):
        await client.get_workflow_handle("strands-hello-world").terminate()


async def test_wrong_name_and_wrong_model(server_address: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    code, output = await run_sample("no_such_sample")
    assert code == 2 and "hello_world" in output
    async with alone(tmp_path_factory, "hello_world"):
        code, output = await run_sample("hello_world", TEMPORAL_ADDRESS=server_address, SAMPLE_MODEL="nobody")
        await end_hello_world(server_address)
    assert code == 1 and "SAMPLE_MODEL is 'nobody'; it can be: scripted, anthropic, bedrock" in output


@pytest.mark.parametrize(
    ("choice", "kind", "model_id"),
    [
        ("anthropic", "AnthropicModel", "claude-sonnet-4-6"),
        ("anthropic:claude-haiku-4-5", "AnthropicModel", "claude-haiku-4-5"),
        ("openai", "OpenAIModel", "gpt-5-mini"),
        ("ollama", "OllamaModel", "llama3.2"),
        ("bedrock:my-model", "BedrockModel", "my-model"),
    ],
)
def test_provider_by_one_variable(choice: str, kind: str, model_id: str) -> None:
    code = (
        "from samples.models import sample_models\n"
        "model = sample_models([])['sample']()\n"
        "print(type(model).__name__, model.get_config()['model_id'])"
    )
    env = {
        **os.environ,
        "SAMPLE_MODEL": choice,
        "ANTHROPIC_API_KEY": "none",
        "OPENAI_API_KEY": "none",
        "AWS_REGION": "us-east-1",
    }
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert output.stdout.split() == [kind, model_id]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
async def test_ctrl_c_ends_everything(
    server_address: str, stop: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Ctrl+C in the terminal reaches a whole process group; here in the middle of a call that is never answered."""
    async with alone(tmp_path_factory, "hello_world"):
        await stop_hello_world(server_address, stop)
        await end_hello_world(server_address)


async def stop_hello_world(server_address: str, stop: signal.Signals) -> None:
    calls: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    silent = await asyncio.start_server(lambda reader, writer: calls.put_nowait(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "samples", "hello_world"),
        cwd=ROOT,
        env={
            **os.environ,
            "TEMPORAL_ADDRESS": server_address,
            "SAMPLE_MODEL": "ollama",
            "OLLAMA_HOST": f"http://127.0.0.1:{port}",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), LIMIT) == b"Worker started. Ctrl+C to exit.\n"
    call = await asyncio.wait_for(calls.get(), LIMIT)
    os.killpg(process.pid, stop)
    await asyncio.wait_for(process.wait(), LIMIT)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    # The worker is in a group of its own; the output ends when it, which writes there too, is gone.
    await asyncio.wait_for(process.stdout.read(), LIMIT)
    silent.close()
    call.close()
    await call.wait_closed()
