"""Where things are: the repository, and the files that one run of the audit leaves."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from .steplog import StepLog

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""

AUDITED = "src/strands_temporal"
"""The folder to audit."""


def copy_of_sources(folder: Path) -> Path:
    """Copy the files to audit, so that all runs read the same ones, also when somebody edits them meanwhile.

    Args:
        folder: Where to copy them.

    Returns:
        What stands for the repository in that folder.
    """
    shutil.copytree(ROOT / AUDITED, folder / "repository" / AUDITED, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "repository"


@dataclass(frozen=True)
class RunFiles:
    """The files of one run, shared by its workers and read by the demo.

    Attributes:
        folder: An existing folder of the run's own.
    """

    folder: Path

    @property
    def log(self) -> StepLog:
        """What the workers did."""
        return StepLog(self.folder / "steps.jsonl")

    @property
    def asked(self) -> Path:
        """What the model was asked, as `ScriptedModel` records it."""
        return self.folder / "asked.jsonl"

    @property
    def report(self) -> Path:
        """What the agent wrote."""
        return self.folder / "report.txt"
