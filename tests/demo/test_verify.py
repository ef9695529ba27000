"""The demo's judgement can fail: each tampering with a good run's facts is found, by the check that it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from demo.steplog import Entry
from demo.steps import Step
from demo.verify import Facts, verify


def _step(id: str, name: str, attempt: int, worker: str, at: float) -> Step:
    return Step(id, name.split("(")[0], name, "done", attempt, worker, started=at, ended=at + 0.5)


def _entry(step: str, attempt: int, worker: str, event: str, at: float) -> Entry:
    return Entry(step, "some_kind", attempt, worker, 1, event, at)


UNDISTURBED = Facts(
    answer="2 files",
    steps=(_step("1", "model call 1", 1, "worker-0", 10.0), _step("2", "append_report(a)", 1, "worker-0", 11.0)),
    log=(
        _entry("1", 1, "worker-0", "started", 10.0),
        _entry("1", 1, "worker-0", "completed", 10.1),
        _entry("2", 1, "worker-0", "started", 11.0),
        _entry("2", 1, "worker-0", "completed", 11.1),
    ),
    asked=("hello", "hello and a result"),
    report=("line a", "line b"),
)

# Its first model call died with worker-1 and was done by worker-2, so the model was asked it twice.
RUN = replace(
    UNDISTURBED,
    steps=(_step("1", "model call 1", 2, "worker-2", 12.0), _step("2", "append_report(a)", 1, "worker-2", 13.0)),
    log=(
        _entry("1", 1, "worker-1", "started", 10.0),
        _entry("1", 1, "worker-1", "held", 10.1),
        _entry("1", 2, "worker-2", "started", 12.0),
        _entry("1", 2, "worker-2", "completed", 12.1),
        _entry("2", 1, "worker-2", "started", 13.0),
        _entry("2", 1, "worker-2", "completed", 13.1),
    ),
    asked=("hello", "hello", "hello and a result"),
)


def _problems(run: Facts, killed: tuple[str, ...] = ("1",)) -> dict[str, tuple[str, ...]]:
    return {check.claim: check.problems for check in verify(run, UNDISTURBED, killed) if check.problems}


def test_a_good_run_has_no_problem() -> None:
    assert _problems(RUN) == {}


@pytest.mark.parametrize(
    ("tampered", "claim", "problem"),
    [
        pytest.param(
            lambda: replace(RUN, log=(*RUN.log, _entry("2", 2, "worker-3", "started", 13.2))),
            "no step ran again",
            "with id 2: started again on worker-3",
            id="completed step started again, by the log alone",
        ),
        pytest.param(
            lambda: replace(RUN, log=(_entry("2", 2, "worker-3", "started", 99.0), *RUN.log)),
            "no step ran again",
            "with id 2: started again on worker-3",
            id="completed step started again, by the server's clock",
        ),
        pytest.param(
            lambda: replace(RUN, log=(*RUN.log, _entry("2", 1, "worker-2", "completed", 13.2))),
            "exactly once",
            "step 2 append_report(a) was completed 2 times",
            id="completed twice",
        ),
        pytest.param(
            lambda: replace(RUN, log=RUN.log[:-1]),
            "exactly once",
            "step 2 append_report(a) was completed 0 times",
            id="recorded by the server and done by no worker",
        ),
        pytest.param(
            lambda: replace(RUN, log=(*RUN.log, _entry("7", 1, "worker-2", "completed", 14.0))),
            "exactly once",
            "the server recorded no such step",
            id="done by a worker and not recorded by the server",
        ),
        pytest.param(
            lambda: replace(RUN, steps=(RUN.steps[0], replace(RUN.steps[1], worker="worker-3"))),
            "exactly once",
            "the server recorded attempt 1 on worker-3",
            id="another worker than the server recorded",
        ),
        pytest.param(
            lambda: replace(RUN, steps=(RUN.steps[0], replace(RUN.steps[1], state="failed"))),
            "every step that was scheduled",
            "is failed on the server",
            id="failed step",
        ),
        pytest.param(lambda: replace(RUN, steps=()), "every step that was scheduled", "recorded no step", id="no step"),
        pytest.param(
            lambda: replace(RUN, steps=(replace(RUN.steps[0], attempt=1), RUN.steps[1])),
            "each kill landed inside a step",
            "whose last attempt is 1",
            id="killed step that was not tried again",
        ),
        pytest.param(
            lambda: replace(RUN, steps=RUN.steps[:1]),
            "the same steps",
            "append_report(a) was completed 1 fewer times",
            id="lost step",
        ),
        pytest.param(
            lambda: replace(RUN, steps=(*RUN.steps, _step("3", "append_report(a)", 1, "worker-2", 14.0))),
            "the same steps",
            "append_report(a) was completed 1 more times",
            id="additional step",
        ),
        pytest.param(
            lambda: replace(RUN, asked=("hello", "hello", "hello and no result")),
            "the model saw the same conversation",
            "or others",
            id="other conversation",
        ),
        pytest.param(
            lambda: replace(RUN, asked=(*RUN.asked, "hello and a result")),
            "the model saw the same conversation",
            "the model was asked 4 times, for 2 calls and 1 retries",
            id="model asked again without a retry",
        ),
        pytest.param(
            lambda: replace(RUN, report=("line a", "line b", "line a")),
            "the report has the same lines",
            "2 times the line: line a",
            id="duplicated report line",
        ),
        pytest.param(
            lambda: replace(RUN, report=("line a",)), "the report has the same lines", "other lines", id="lost line"
        ),
        pytest.param(
            lambda: replace(RUN, answer="3 files"), "the answers are equal", "'3 files'", id="differing answers"
        ),
    ],
)
def test_tampering_is_found(tampered: Callable[[], Facts], claim: str, problem: str) -> None:
    found = _problems(tampered())
    matching = [problems for each, problems in found.items() if claim in each]
    assert matching, found
    assert problem in " ".join(matching[0])


def test_a_run_without_a_kill_proves_nothing() -> None:
    assert "no worker was killed" in str(_problems(RUN, killed=()))
