"""Tests that fail at their first run; `test_suite.py` runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def fails_first(name: str) -> None:
    path = Path(os.environ["CASES"], name)
    ran_before = path.exists()
    path.touch()
    assert ran_before, f"the first run of {name}"


@pytest.mark.timing
def test_marked() -> None:
    fails_first("marked")


def test_unmarked() -> None:
    fails_first("unmarked")


@pytest.mark.timing
def test_never_right() -> None:
    raise AssertionError("each run")


def test_right(server_address: str) -> None:
    Path(os.environ["CASES"], f"server {os.getpid()}").write_text(server_address)


def test_right_too(server_address: str) -> None:
    Path(os.environ["CASES"], f"server {os.getpid()}").write_text(server_address)
