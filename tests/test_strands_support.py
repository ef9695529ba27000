"""docs/strands-support.md is complete, names nothing that Strands does not have, and its tests use what they show."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from strands import Agent

from .strands_names import is_plain, public_names

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs/strands-support.md"

OTHERS = {
    "strands.bidi.BidiAgent",
    "strands.models.Model",
    "strands.models.BedrockModel",
    "strands.models.ModelRouter",
}
"""Of modules that have one row for all their names."""


IMPLIED = {
    "ToolCaller": [r"tool\.\w+"],
    "Checkpoint": ["run_turn"],
    "InterventionRegistry": ["interventions"],
    "ExtractionCoordinator": ["MemoryManager"],
    "MiddlewareInputPhase": ["InvokeModelStage.Input"],
    "MiddlewareOutputPhase": ["InvokeModelStage.Output"],
    "MiddlewareStage": ["InvokeModelStage"],
    "MiddlewareWrapPhase": ["InvokeModelStage"],
    "ExecuteToolResult": ["ExecuteToolStage"],
    "InvokeModelResult": ["InvokeModelStage"],
    "Model": ["BedrockModel"],
    "FunctionToolMetadata": ["DecoratedFunctionTool"],
    "StructuredOutputTool": ["structured_output_model"],
    "LedgerAfterToolCall": ["LedgerProvider"],
    "LedgerBeforeToolCall": ["LedgerProvider"],
    "make_python_repl": ["python_repl"],
    "make_http_request": ["http_request"],
    "make_a2a_client": ["http_request"],
}
"""Of names that tests do not write: what they use, which is made of them, or by them, or goes the same way."""


class Row(NamedTuple):
    section: str
    names: list[str]
    status: str
    how: str
    tests: list[str]


def rows() -> list[Row]:
    found: list[Row] = []
    section = ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            section = line[3:].replace("`", "")
        elif line.startswith("| `"):
            names, status, how, tests = (cell.strip() for cell in line.strip("|").split("|"))
            quoted = re.compile(r"`([^`]+)`")
            found.append(Row(section, quoted.findall(names), status, how, quoted.findall(tests)))
    return found


def imported(*tests: str) -> set[Path]:
    """The files of some tests, and what of the tests they import, but for what all of them have."""
    found: set[Path] = set()
    new = [TESTS / test for test in tests]
    while new:
        file = new.pop()
        if file in found or not file.is_file() or file.name == "env.py":
            continue
        found.add(file)
        for dots, module, names in re.findall(r"^ *from (\.+)([\w.]*) import (.+)$", file.read_text(), re.MULTILINE):
            folder = file.parents[len(dots) - 1].joinpath(*filter(None, module.split(".")))
            new += [
                folder.with_suffix(".py"),
                *(folder / f"{name.split(' as ')[0].strip()}.py" for name in names.split(",")),
            ]
    return found


ROWS = rows()
CLASSES = [row for row in ROWS if row.section.startswith("strands")]


def names_of(section: str) -> list[str]:
    return [name for row in ROWS if row.section == section for name in row.names]


def test_each_public_name_of_strands_has_one_row() -> None:
    listed = [f"{row.section}.{name}" for row in CLASSES for name in row.names]
    assert len(listed) == len(set(listed))
    assert set(listed) - OTHERS == public_names().keys()


def test_each_parameter_and_method_of_an_agent_has_one_row() -> None:
    parameters = [name for name in inspect.signature(Agent.__init__).parameters if name != "self"]
    assert sorted(names_of("Parameters of Agent")) == sorted(parameters)
    assert sorted(names_of("Methods of Agent")) == sorted(name for name in dir(Agent) if not name.startswith("_"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}:{row.names[0]}")
def test_rows_say_how_and_name_tests_that_use_the_feature(row: Row) -> None:
    assert row.status in ("works", "differently", "refused", "plain")
    assert row.how or row.status in ("works", "plain"), "what to use instead, or how it differs"
    if row.status == "plain":
        known = public_names()
        assert not row.tests
        for name in row.names:
            value = known[f"{row.section}.{name}"]
            assert is_plain(value) or inspect.isfunction(value), f"{name} has behaviour: name a test"
        return
    assert row.tests
    text = "".join(each.read_text() for each in imported(*row.tests))
    for name in (each.split(".")[-1] for each in row.names):
        words = (name, *IMPLIED.get(name, ()))
        assert any(re.search(rf"\b{word}\b", text) for word in words), f"{row.tests} and what they import: no {name}"


def test_what_is_implied_is_in_a_row() -> None:
    assert IMPLIED.keys() <= {name.split(".")[-1] for row in ROWS for name in row.names}
