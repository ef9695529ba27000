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
    assert strands_temporal.__all__ == ["StrandsPlugin", "TemporalAgent", "workflow"]
    assert strands_temporal.workflow.__all__ == ["activity_as_tool"]
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
    assert outside <= {"temporalio.contrib", "temporalio.contrib.pydantic", "temporalio.plugin"}
    assert not any("mcp" in name or "vended" in name or "test" in name for name in loaded)
