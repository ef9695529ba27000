"""The public surface, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import strands_temporal
import strands_temporal.testing
import strands_temporal.workflow


def test_public_names() -> None:
    """Removing one breaks users; adding one is a promise."""
    assert strands_temporal.__all__ == [
        "AllowAllWorkerEnvVars",
        "LiveReply",
        "LiveText",
        "SandboxStreamEvent",
        "SandboxWorkflowChain",
        "SandboxWorkflowContext",
        "StrandsPlugin",
        "TemporalAgent",
        "TemporalMCPClient",
        "TemporalMemoryStore",
        "TemporalModel",
        "TemporalSandbox",
        "TemporalSessionRepository",
        "TemporalStorage",
        "execute_turn",
        "live_text",
        "temporal_worker_env_ref",
        "workflow",
    ]
    assert set(strands_temporal.__all__) <= set(dir(strands_temporal))
    assert strands_temporal.workflow.__all__ == [
        "AgentCall",
        "AgentReply",
        "AgentState",
        "ApprovalAnswer",
        "Approvals",
        "PendingApproval",
        "Turns",
        "TurnsState",
        "activity_as_hook",
        "activity_as_tool",
        "agent_as_child_workflow",
        "carried_interrupts",
        "child_workflow_as_tool",
        "local_activity_as_hook",
        "local_activity_as_tool",
        "nexus_operation_as_tool",
        "restore_interrupts",
        "run_turn",
        "tool_as_activity",
        "tools_as_activities",
        "truncate_stream",
    ]
    assert strands_temporal.testing.__all__ == [
        "Fail",
        "Reply",
        "Script",
        "ScriptedModel",
        "ScriptedRequest",
        "ServerNotFoundError",
        "Step",
        "TemporalServer",
        "ToolCall",
        "find_temporal_cli",
        "temporal_server",
    ]
    for module in (strands_temporal, strands_temporal.workflow, strands_temporal.testing):
        for name in module.__all__:
            value: Any = getattr(module, name)
            assert getattr(value, "__doc__", None), name


def test_importing_it_loads_nothing_heavy() -> None:
    """No MCP, no vended tools, no testing kit, and nothing else that temporalio and strands had not loaded."""
    code = (
        "import sys, temporalio.client, temporalio.worker, strands\n"
        "before = set(sys.modules)\n"
        "import strands_temporal\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    outside = {name for name in loaded if not name.startswith("strands_temporal")}
    streams = {name for name in outside if name.startswith("temporalio.contrib.workflow_streams")}  # 10 ms
    assert outside - streams <= {"temporalio.contrib", "temporalio.contrib.pydantic", "temporalio.plugin"}
    assert not any("mcp" in name for name in outside)
    assert not any("vended" in name or "test" in name for name in loaded)
