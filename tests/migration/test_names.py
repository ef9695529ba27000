"""Every public name of the official plugin 0.1.0 is here too, with its parameters, but those that are still to come."""

from __future__ import annotations

import inspect

import pytest
from strands import Agent

import strands_temporal
import strands_temporal.workflow
from strands_temporal import (
    SandboxStreamEvent,
    SandboxWorkflowChain,
    SandboxWorkflowContext,
    StrandsPlugin,
    TemporalAgent,
)
from strands_temporal._options import ActivityOptions, ToolActivityOptions
from strands_temporal._sandbox.options import SandboxOptions

OFFICIAL = {
    "AllowAllWorkerEnvVars",
    "SandboxStreamEvent",
    "SandboxWorkflowChain",
    "SandboxWorkflowContext",
    "StrandsPlugin",
    "TemporalAgent",
    "TemporalMCPClient",
    "TemporalSandbox",
    "temporal_worker_env_ref",
    "workflow",
}
OFFICIAL_WORKFLOW = {"activity_as_hook", "activity_as_tool"}

OFFICIAL_PLUGIN = {"models", "mcp_clients", "sandboxes", "mcp_connection_idle_timeout", "resolvable_worker_env_vars"}

ACTIVITY_OPTIONS = {
    "task_queue",
    "schedule_to_close_timeout",
    "schedule_to_start_timeout",
    "start_to_close_timeout",
    "heartbeat_timeout",
    "retry_policy",
    "cancellation_type",
    "versioning_intent",
    "summary",
    "priority",
}


def test_the_package_has_them() -> None:
    assert set(strands_temporal.__all__) >= OFFICIAL


def test_workflow_has_them() -> None:
    assert OFFICIAL_WORKFLOW - set(strands_temporal.workflow.__all__) == set()


def test_the_plugin_takes_them() -> None:
    parameters = set(inspect.signature(StrandsPlugin.__init__).parameters)
    assert parameters >= OFFICIAL_PLUGIN


def test_activities_take_them() -> None:
    assert ACTIVITY_OPTIONS - set(ActivityOptions.__annotations__) == set()
    tool_options = {**ActivityOptions.__annotations__, **ToolActivityOptions.__annotations__}
    assert (ACTIVITY_OPTIONS | {"activity_id"}) - set(tool_options) == set()


def test_sandboxes_take_them() -> None:
    assert ACTIVITY_OPTIONS | {"streaming_topic", "streaming_batch_interval"} == set(SandboxOptions.__annotations__)
    fields = {each: [*each.__dataclass_fields__] for each in (SandboxStreamEvent, SandboxWorkflowContext)}
    assert fields[SandboxStreamEvent] == ["sandbox_name", "execution_id", "attempt", "sequence", "chunk"]
    assert fields[SandboxWorkflowContext] == ["chain", "run_id"]
    context = SandboxWorkflowContext(SandboxWorkflowChain("default", "wf", "first"), "now")
    assert (context.namespace, context.workflow_id, context.first_execution_run_id) == ("default", "wf", "first")


@pytest.mark.parametrize("name", ["take_snapshot", "load_snapshot"])
def test_what_the_official_plugin_overrides_is_overridden(name: str) -> None:
    assert getattr(TemporalAgent, name) is not getattr(Agent, name)
