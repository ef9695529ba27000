"""The plugin on the client, on the worker or on both, under whatever converter: the same outcome."""

from __future__ import annotations

import base64
import warnings
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.converter import DataConverter

from strands_temporal.testing import ToolCall

from ..plugin.test_layouts import CONVERTERS, LAYOUTS
from . import sandbox_workflows as wf
from .conftest import Box

EVERY_BYTE = base64.b64encode(bytes(range(256)) * 4).decode()


@pytest.mark.parametrize("converter", CONVERTERS.values(), ids=CONVERTERS)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
async def test_every_layout_and_converter(box: Box, layout: Any, converter: DataConverter) -> None:
    file = f"{box.folder}/file"
    model = box.model([ToolCall("shell", {"command": "printf 'é\\n\\377'; exit 3"}), "done"])
    on_client, on_worker = layout(box.env.plugin)
    address = box.env.client.service_client.config.target_host
    client = await Client.connect(address, plugins=on_client, data_converter=converter)
    todo = [
        ("write_file", {"path": file, "content": EVERY_BYTE}),
        ("read_file", {"path": file}),
        ("execute", {"command": f"printf '\\377' | cat {file} - | wc -c"}),
        ("list_files", {"path": str(box.folder)}),
    ]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The same plugin type")
        async with box.env.worker(wf.Direct, wf.Agentic, client=client, plugins=on_worker):
            outcomes = await box.env.execute(wf.Direct.run, todo, client=client)
            assert await box.env.execute(wf.Agentic.run, "go", client=client) == "done"
    written, read, executed, listed = outcomes
    assert written is None and read == {"base64": EVERY_BYTE}
    assert executed["stdout"].strip() == "1025"
    assert [each["name"] for each in listed] == ["file"]
    (result,) = model.requests[1].tool_results
    assert result["status"] == "success"
    assert '"output": "é\\n\ufffd"' in result["content"][0]["text"] or "\\ufffd" in result["content"][0]["text"]


@pytest.mark.parametrize("name", ["default", "own payloads"])  # an own failure converter may leave nothing to know
async def test_errors_keep_their_class(box: Box, name: str) -> None:
    address = box.env.client.service_client.config.target_host
    client = await Client.connect(address, plugins=[box.env.plugin], data_converter=CONVERTERS[name])
    todo = [("read_file", {"path": "/no/such"}), ("execute", {"command": "echo x; sleep 9", "timeout": 0.3})]
    async with box.env.worker(wf.Direct, client=client, plugins=[]):
        missing, timed_out = await box.env.execute(wf.Direct.run, todo, client=client)
    assert (missing["error"], timed_out["error"]) == ("FileNotFoundError", "SandboxTimeoutError")
    assert timed_out["stdout"] == "x\n"


@pytest.mark.uncached
async def test_a_worker_without_sync_calls(box: Box) -> None:
    """Its tools are async."""
    model = box.model([ToolCall("sandbox_shell", {"command": "echo hi"}), "done"], sync_calls=False)
    async with box.env.worker(wf.Agentic):
        assert await box.env.execute(wf.Agentic.run, "go") == "done"
    assert "hi" in model.requests[1].tool_result()
