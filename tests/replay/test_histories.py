"""Histories of every past version replay: activity names and payload shapes are for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from strands_temporal import StrandsPlugin

from .cases import CASES

ROOT = Path(__file__).parent / "histories"
HISTORIES = sorted(ROOT.glob("*/*.json"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_history_replays(path: Path) -> None:
    await replay(path.stem, path.read_text())  # noqa: ASYNC240


async def replay(name: str, history: str) -> None:
    replayer = Replayer(workflows=[CASES[name].workflow], plugins=[StrandsPlugin()])
    await replayer.replay_workflow(WorkflowHistory.from_json(name, history))


async def test_the_replay_can_fail() -> None:
    """A history of another workflow's commands does not replay."""
    text = next(path for path in HISTORIES if path.stem == "tools").read_text()
    with pytest.raises(Exception, match="Nondeterminism"):
        await replay("tools", text.replace("invoke_model", "another_name"))


def test_the_first_version_is_kept_in_full() -> None:
    versions = {path.parent.name for path in HISTORIES}
    assert versions == {"0.1.0", "0.2.0"}
    for version in versions:
        cases = {name for name, case in CASES.items() if case.since <= version}
        assert {path.stem for path in HISTORIES if path.parent.name == version} == cases
