"""Every sample runs the way a user starts it, offline, and leaves nothing behind; its providers can be chosen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Replayer

from strands_temporal import StrandsPlugin

from .replay.cases import CASES

ROOT = Path(__file__).parents[1]

EXPECTED = {
    "hello_world": ["Result: Of durable execution:", "the work remembers."],
    "tools": ["The letters: 3.", '"temperature_f": 72', "hello from the worker"],
}


def test_every_sample_is_run_here() -> None:
    assert {path.parent.name for path in ROOT.glob("samples/*/run_worker.py")} == set(EXPECTED)


async def run_sample(name: str, **env: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "samples", name),
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.mark.parametrize("name", EXPECTED)
async def test_sample(server_address: str, name: str) -> None:
    code, output = await run_sample(name, TEMPORAL_ADDRESS=server_address)
    assert code == 0, output
    for words in EXPECTED[name]:
        assert words in output, output
    assert "Traceback" not in output, output
    client = await Client.connect(server_address)
    history = await client.get_workflow_handle(f"strands-{name.replace('_', '-')}").fetch_history()
    await Replayer(workflows=[CASES[name].workflow], plugins=[StrandsPlugin()]).replay_workflow(history)


async def end_hello_world(address: str) -> None:
    """Samples have fixed workflow ids, and a run without its worker would be found by the next one."""
    client = await Client.connect(address)
    with contextlib.suppress(RPCError):
        await client.get_workflow_handle("strands-hello-world").terminate()


async def test_wrong_name_and_wrong_model(server_address: str) -> None:
    code, output = await run_sample("no_such_sample")
    assert code == 2 and "hello_world" in output
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


async def test_ctrl_c_ends_everything(server_address: str) -> None:
    """Ctrl+C in the terminal reaches the whole process group; with a provider that never answers, in its middle."""
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
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
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"Worker started. Ctrl+C to exit.\n"
    os.killpg(process.pid, signal.SIGINT)
    await asyncio.wait_for(process.wait(), 30)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    silent.close()
    await end_hello_world(server_address)
