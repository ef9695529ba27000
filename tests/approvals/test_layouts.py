"""Approvals under every converter and codec, with the plugin on the client, on the worker or on both."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.converter import DataConverter

from strands_temporal.testing import ToolCall
from strands_temporal.workflow import PendingApproval

from ..env import Env, EventType
from ..fixtures.ciphers import Cipher, CipherOfWorkflow
from ..plugin.layout_workflows import ForgetfulFailureConverter, OwnPayloadConverter
from ..plugin.test_layouts import LAYOUTS
from . import approvals_workflows as wf
from .asking import ACTIVITIES, ASKING, delete, deleted, pending, respond, seen

CONVERTERS = {
    "default": DataConverter.default,
    "own payloads and failures": replace(
        DataConverter.default,
        payload_converter_class=OwnPayloadConverter,
        failure_converter_class=ForgetfulFailureConverter,
    ),
    "encrypted": replace(DataConverter.default, payload_codec=Cipher()),
    "encrypted by workflow": replace(DataConverter.default, payload_codec=CipherOfWorkflow()),
}


@pytest.mark.uncached(2)
@pytest.mark.parametrize("converter", CONVERTERS.values(), ids=CONVERTERS)
@pytest.mark.parametrize("layout", ["client", "worker", "both"])
async def test_every_layout_and_converter(env: Env, layout: str, converter: DataConverter) -> None:
    model = env.model([[delete("/a"), delete("/plaintext"), *ASKING[:2], ToolCall("by_mcp", {"path": "/c"})], "done"])
    on_client, on_worker = LAYOUTS[layout](env.plugin)
    address = env.client.service_client.config.target_host
    client = await Client.connect(address, plugins=on_client, data_converter=converter)
    human = await Client.connect(address, data_converter=converter)  # an application without this package's plugin
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The same plugin type")
        async with env.worker(wf.LeavesWorkflow, activities=ACTIVITIES, client=client, plugins=on_worker):
            handle = await env.start(wf.LeavesWorkflow.run, client=client)
            theirs = human.get_workflow_handle(handle.id)
            found: dict[Any, PendingApproval] = {
                (each.tool_name, str(each.tool_input)): each for each in await pending(theirs, 4)
            }
            await respond(theirs, found["delete_file", "{'path': '/plaintext'}"].deny("plaintext"))
            await theirs.signal(wf.LeavesWorkflow.leave_now)
            first = client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
            await env.until(first, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
            theirs = human.get_workflow_handle(handle.id)
            for each in await pending(theirs, 3):
                await respond(theirs, each.deny() if each.name == "delete" else each.approve())
            assert await env.result(client.get_workflow_handle(handle.id)) == "done"
    assert seen(model)[0] == "mcp deleted /c"
    results = ["The call was denied.", "The call was denied: plaintext", "Why? approve", "deleted /a", "mcp deleted /c"]
    assert sorted(seen(model)) == results and deleted(handle) == ["run /a", "/a"]
    events = [*(await first.fetch_history()).events, *(await theirs.fetch_history()).events]
    if converter.payload_codec is not None:
        assert not [event for event in events if b"plaintext" in event.SerializeToString()]
