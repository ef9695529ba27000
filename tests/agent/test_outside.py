"""What only works outside of workflows ends a workflow at once, with what to use instead."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from strands_temporal.testing import ToolCall

from ..env import Env
from . import outside_workflows as wf

INSTEAD = {
    "MCPClient as a tool": ["MCPClient", "TemporalMCPClient(server='NAME')", "mcp_clients="],
    "MCPClient made in the workflow": ["MCPClient(...)", "TemporalMCPClient(server='NAME')", "mcp_clients="],
    "MCPClient of a plain agent": ["MCPClient", "TemporalMCPClient(server='NAME')"],
    "a file": ["'./tools/weather.py'", "Import the module", "StrandsPlugin(tools=[...])"],
    "a file of a dict": ["'tools/weather.py'", "Import the module", "StrandsPlugin(tools=[...])"],
    "a directory": ["load_tools_from_directory=True", "Import the module", "StrandsPlugin(tools=[...])"],
    "BidiAgent": ["BidiAgent(...)", "run it outside", "streaming_topic"],
}


@pytest.mark.parametrize("what", wf.OUTSIDE)
async def test_it_ends_the_workflow_and_names_what_to_use(env: Env, what: str) -> None:
    env.model(["never asked"])
    async with env.worker(wf.Outside):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Outside.run, what)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError) and cause.non_retryable
    for words in INSTEAD[what]:
        assert words in cause.message
    await env.check_histories()


@pytest.mark.uncached
async def test_tools_that_are_named_by_their_module_are_imported(env: Env) -> None:
    env.model(lambda request: request.tool_result() if request.tool_results else ToolCall("shout", {"text": "hello"}))
    async with env.worker(wf.ToolsOfAModule):
        assert await env.execute(wf.ToolsOfAModule.run, "say hello") == "HELLO\n"
    await env.check_histories()
