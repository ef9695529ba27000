"""What a failure says, as its reader sees it: who, why, and the type once."""

from __future__ import annotations

from typing import Any

import pytest
from strands.storage import InMemoryStorage
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, ChildWorkflowError

from strands_temporal import StrandsPlugin
from strands_temporal._failures import NO_WORDS, describe, said_by
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..env import Env, texts
from . import text_workflows as wf

INNER = "ValueError: Agent 'inner': no such region (model 'failing')"

PROMPT = "Input prompt must be of type: `str | list[Contentblock] | Messages | None`."

TEXTS = {
    "model": INNER,
    "plain": f"ValueError: Agent 'inner': {PROMPT}",
    "hook": "KeyError: Agent 'inner': hook 'hook.broken' on BeforeInvocationEvent: 'name'",
    "hook_of_agent": "ValueError: Agent 'outer': hook 'hook_of_agent.asks' on BeforeInvocationEvent: Agent 'inner': "
    "no such region (model 'failing')",
    "wordless": f"Wordless: Agent 'inner': hook 'wordless.broken' on BeforeInvocationEvent: {NO_WORDS}",
    "graph": INNER,
    "child": INNER,
    "child_in_graph": INNER,
    "made": "RuntimeError: TemporalAgent(...) cannot be made: no tools today",
    "store": "KeyError: TemporalStorage('files').read(...) failed: 'no such file'",
}

AS_IT_IS = {"plain": PROMPT, "hook": "'name'", "wordless": "", "hook_of_agent": INNER}
"""What is caught in the workflow is the exception itself."""


class Broken(InMemoryStorage):
    """A storage without files."""

    async def read(self, key: str, **options: Any) -> Any:
        raise KeyError("no such file")


def plugin(**models: ScriptedModel) -> StrandsPlugin:
    def script(request: ScriptedRequest) -> Step:
        raise ValueError("no such region")

    made = {"failing": ScriptedModel(script), **models}
    factories: Any = {name: (lambda model=model: model) for name, model in made.items()}
    return StrandsPlugin(models=factories, storages={"files": Broken})


def text_of(failure: BaseException | None) -> str:
    """The words of what is behind a child workflow's failure, or of the failure."""
    while isinstance(failure, ChildWorkflowError):
        failure = failure.cause
    assert isinstance(failure, ApplicationError)
    assert failure.type is not None and failure.type not in failure.message
    return str(failure)


@pytest.mark.parametrize("case", TEXTS)
async def test_a_type_is_told_once(case: str, env: Env) -> None:
    env.plugin = plugin()
    seen: dict[str, str] = {}
    async with env.worker(wf.Fails, wf.Child):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Fails.run, case, "uncaught")
        seen["workflow"] = text_of(failure.value.cause)
        for how, update, arguments in (("update", wf.Fails.ask, [case]), ("turn", wf.Fails.turn, [])):
            handle = await env.start(wf.Fails.run, case, how)
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await handle.execute_update(update, args=arguments)
            seen[how] = text_of(refused.value.cause)
            await env.result(handle)
        caught = await env.execute(wf.Fails.run, case, "caught")
    of_turn = seen.pop("turn")
    assert set(seen.values()) == {TEXTS[case]}
    if case.startswith("child"):  # Temporal's own words, of a failure that has the child's behind it
        assert caught == "Child Workflow execution failed" and of_turn == f"ChildWorkflowError: {caught}"
    else:
        assert caught == AS_IT_IS.get(case, TEXTS[case]) and of_turn == TEXTS[case]


@pytest.mark.uncached
async def test_what_the_model_is_told(env: Env) -> None:
    calls = [ToolCall("sub", {"input": "x"}), ToolCall("child", {"input": "x"}), ToolCall("odd")]
    outer = ScriptedModel([calls, "done"])
    env.plugin = plugin(outer=outer)
    async with env.worker(wf.Tells, wf.Child, activities=[wf.odd]):
        assert await env.execute(wf.Tells.run) == "done"
    told = texts(outer.requests[-1].tool_results)
    assert told[0] == "Agent error: ValueError: Agent 'sub': no such region (model 'failing')"
    assert told[1] == "Agent error: Agent 'inner': no such region (model 'failing')"
    assert told[2].startswith("Tool 'odd' has run, but its result cannot be recorded: ")
    assert "Error: Unable" not in told[2] and all(each.count("ValueError") <= 1 for each in told)


class Chatty(Exception):
    """Says its own name."""


@pytest.mark.parametrize(
    ("error", "known_as", "text"),
    [
        (ValueError("no region"), None, "ValueError: no region"),
        (ValueError("no region"), "ValueError", "no region"),
        (ValueError("no region"), "Other", "ValueError: no region"),
        (ValueError(), None, "ValueError"),
        (ValueError(), "ValueError", NO_WORDS),
        (Chatty("Chatty"), "Chatty", NO_WORDS),
        (ApplicationError("no region", type="Mine"), None, "Mine: no region"),
        (ApplicationError("no region", type="Mine"), "Mine", "no region"),
        (ApplicationError("no region"), None, "ApplicationError: no region"),
    ],
)
def test_how_an_error_is_described(error: Exception, known_as: str | None, text: str) -> None:
    assert describe(error, known_as) == text
    assert said_by(error)[0] in (text.split(":")[0], known_as, "ValueError")
