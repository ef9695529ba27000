"""The sandbox's pass-through list: each entry is needed, and workflows load with no import guard."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from strands_temporal._plugin import PASSTHROUGH_MODULES

from ..env import Env

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(path.relative_to(ROOT) for path in ROOT.glob("samples/*/workflow.py"))

WORKFLOW = """
import {module}
from temporalio import workflow

@workflow.defn
class Loads:
    @workflow.run
    async def run(self) -> int:
        return id({module})
"""


@pytest.fixture
def module_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes a module whose workflow imports another one, with no guard."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(module: str) -> Any:
        (tmp_path / f"loads_{module}.py").write_text(WORKFLOW.format(module=module))
        return importlib.import_module(f"loads_{module}")

    yield make
    for name in [each for each in sys.modules if each.startswith("loads_")]:
        del sys.modules[name]


@pytest.mark.parametrize("module", [each for each in PASSTHROUGH_MODULES if find_spec(each)])  # mcp 1 has no mcp_types
async def test_the_sandbox_has_the_workers_own_module(
    client: Any, task_queue: str, module_with: Any, module: str
) -> None:
    real = importlib.import_module(module)
    env = Env(client, task_queue)
    assert await env.run(module_with(module).Loads) == id(real)


@pytest.mark.parametrize("module", ["mcp", "httpx", "boto3"])
async def test_without_its_entry_the_module_does_not_load(
    client: Any, task_queue: str, module_with: Any, module: str
) -> None:
    restrictions = SandboxRestrictions.default.with_passthrough_modules("strands")
    with pytest.raises(RuntimeError, match="Failed validating workflow"):
        Worker(
            client,
            task_queue=task_queue,
            workflows=[module_with(module).Loads],
            workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
        )


async def test_own_restrictions_are_kept(client: Any, task_queue: str, module_with: Any) -> None:
    env = Env(client, task_queue)
    runner = SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("a_module_of_mine")
    )
    async with env.worker(module_with("mcp").Loads, workflow_runner=runner) as worker:
        used: Any = worker.config(active_config=True).get("workflow_runner")
    assert {"a_module_of_mine", *PASSTHROUGH_MODULES} <= used.restrictions.passthrough_modules


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
async def test_every_sample_loads_in_the_sandbox(client: Any, task_queue: str, sample: Path) -> None:
    text = (ROOT / sample).read_text()
    assert "imports_passed_through" not in text and "sandbox_unrestricted" not in text
    module = importlib.import_module(".".join(sample.with_suffix("").parts))
    workflows = [each for each in vars(module).values() if hasattr(each, "__temporal_workflow_definition")]
    assert workflows
    async with Env(client, task_queue).worker(*workflows):
        pass


def test_there_are_samples() -> None:
    assert {path.parts[1] for path in SAMPLES} >= {"hello_world", "tools"}
