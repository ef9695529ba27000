"""The judgement: whether a run with killed workers came to the same as one that nobody disturbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .steplog import Entry
from .steps import Step


@dataclass(frozen=True)
class Facts:
    """What is known of a finished run, from four witnesses that know nothing of each other.

    Attributes:
        answer: What the workflow returned.
        steps: What the server recorded.
        log: What the workers did.
        asked: What the model saw: each request as text, in the order the model got them.
        report: The lines that the agent wrote.
    """

    answer: str
    steps: tuple[Step, ...]
    log: tuple[Entry, ...]
    asked: tuple[str, ...]
    report: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """One claim about a run, and what speaks against it."""

    claim: str
    problems: tuple[str, ...]


def verify(run: Facts, undisturbed: Facts, killed: Collection[str]) -> list[Check]:
    """Compare a run with an undisturbed one, and what the workers did with what the server recorded.

    Args:
        run: The run whose workers were killed.
        undisturbed: The same job with nobody killed.
        killed: Ids of the steps that a worker was killed in.

    Returns:
        Every check; the run is right when none has a problem.
    """
    checks = {
        "every step that was scheduled was completed": _unfinished(run),
        "every completed step was completed exactly once, by the attempt that the server recorded": _not_once(run),
        "no step ran again after its completion": _ran_again(run),
        "each kill landed inside a step, and that step was tried again": _kills(run, killed),
        "the same steps were completed as in the undisturbed run": _different_steps(run, undisturbed),
        "the model saw the same conversation": _different_conversations(run, undisturbed),
        "the report has the same lines, none twice": _different_reports(run, undisturbed),
        "the answers are equal": _different_answers(run, undisturbed),
    }
    return [Check(claim, tuple(problems)) for claim, problems in checks.items()]


def _unfinished(run: Facts) -> Iterator[str]:
    if not run.steps:
        yield "the server recorded no step"
    for step in run.steps:
        if step.state != "done":
            yield f"{_words(step)} is {step.state} on the server"


def _not_once(run: Facts) -> Iterator[str]:
    completed = [entry for entry in run.log if entry.event == "completed"]
    for step in run.steps:
        entries = [entry for entry in completed if entry.step == step.id]
        if len(entries) != 1:
            yield f"{_words(step)} was completed {len(entries)} times by the step log"
        elif (entries[0].attempt, entries[0].worker) != (step.attempt, step.worker):
            yield (
                f"{_words(step)} was completed by attempt {entries[0].attempt} on {entries[0].worker}, and the server "
                f"recorded attempt {step.attempt} on {step.worker}"
            )
    known = {step.id for step in run.steps}
    for entry in completed:
        if entry.step not in known:
            yield f"{entry.kind} with id {entry.step} was completed, and the server recorded no such step"


def _ran_again(run: Facts) -> Iterator[str]:
    ended = {step.id: step.ended for step in run.steps if step.state == "done"}
    completed: set[str] = set()
    for entry in run.log:
        late = entry.step in ended and entry.event == "started" and entry.time > ended[entry.step]
        if late or entry.step in completed:
            yield f"{entry.kind} with id {entry.step}: {entry.event} again on {entry.worker} after it was completed"
        if entry.event == "completed":
            completed.add(entry.step)


def _kills(run: Facts, killed: Collection[str]) -> Iterator[str]:
    attempts = {step.id: step.attempt for step in run.steps}
    if not killed:
        yield "no worker was killed"
    for step in killed:
        if attempts.get(step, 0) < 2:
            yield f"a worker was killed in step {step}, whose last attempt is {attempts.get(step, 0)}"


def _different_steps(run: Facts, undisturbed: Facts) -> Iterator[str]:
    ours, theirs = (Counter((step.id, step.name) for step in each.steps) for each in (run, undisturbed))
    for (_, name), count in (ours - theirs).items():
        yield f"{name} was completed {count} more times than undisturbed"
    for (_, name), count in (theirs - ours).items():
        yield f"{name} was completed {count} fewer times than undisturbed"


def _different_conversations(run: Facts, undisturbed: Facts) -> Iterator[str]:
    # A call whose worker was killed is asked again, word by word; anything else asked twice is a difference.
    if tuple(dict.fromkeys(run.asked)) != undisturbed.asked:
        yield f"the model saw {len(set(run.asked))} conversations, undisturbed {len(undisturbed.asked)}, or others"
    retries = sum(step.attempt - 1 for step in run.steps if step.name.startswith("model call"))
    if len(run.asked) > len(set(run.asked)) + retries:
        yield f"the model was asked {len(run.asked)} times, for {len(set(run.asked))} calls and {retries} retries"


def _different_reports(run: Facts, undisturbed: Facts) -> Iterator[str]:
    for line, count in Counter(run.report).items():
        if count > 1:
            yield f"the report has {count} times the line: {line}"
    if sorted(set(run.report)) != sorted(set(undisturbed.report)):
        yield f"the report has other lines: {list(run.report)}, undisturbed: {list(undisturbed.report)}"


def _different_answers(run: Facts, undisturbed: Facts) -> Iterator[str]:
    if run.answer != undisturbed.answer:
        yield f"the answer is {run.answer!r}, undisturbed {undisturbed.answer!r}"


def _words(step: Step) -> str:
    return f"step {step.id} {step.name}"
