"""What cannot be written of invocation_state is left out, wherever it goes, and told once in a run."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from strands_temporal._model.request import user_state
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env
from . import state_workflows as wf


def script(request: ScriptedRequest) -> Step:
    return (
        "done" if len(request.messages) % 2 == 0 or not request.tool_specs or request.tool_results else ToolCall("keys")
    )


def warnings(caplog: pytest.LogCaptureFixture) -> Counter[str]:
    said = [record.getMessage() for record in caplog.records if record.name == "strands_temporal"]
    found = [each for each in said if each.startswith("invocation_state[")]  # on a busy machine, of a slow step too
    caplog.clear()
    assert all("JSON values" in each for each in found)
    return Counter(found)


@pytest.mark.uncached
async def test_what_cannot_be_written_is_left_out_and_told_once(env: Env, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "strands_temporal")
    model = env.model(script, tools=[wf.keys])
    async with env.worker(wf.HasState, wf.Helps):
        handle = await env.start(wf.HasState.run)
        await env.result(handle)
    sent = {name: make() for name, make in wf.SENDS.items()}
    assert len(model.requests) >= 4
    assert all(request.invocation_state == sent for request in model.requests)
    answers = [texts for request in model.requests for texts in request.tool_results]
    assert answers and all(str(sorted(sent)) in str(each).replace('"', "'") for each in answers)
    found = warnings(caplog)
    assert set(found.values()) == {1}
    for who in (" of agent 'one'", " of agent 'two'", ""):
        for name in wf.LEAVES_OUT:
            told = [each for each in found if each.startswith(f"invocation_state[{name!r}]{who} is not sent")]
            assert len(told) == 1, (who, name)
    assert len(found) == 3 * len(wf.LEAVES_OUT)
    reason = next(each for each in found if "['cycle'] of agent 'one'" in each)
    assert "more levels of lists and mappings than can be recorded" in reason
    assert "builtins.object cannot be written" in next(each for each in found if "['object'] of agent 'one'" in each)
    await env.replay(await handle.fetch_history(), cut=False)
    assert not warnings(caplog)


@pytest.mark.parametrize("name", wf.LEAVES_OUT)
def test_each_is_left_out(name: str) -> None:
    assert user_state({name: wf.LEAVES_OUT[name](), "user": "Ann"}) == {"user": "Ann"}


@pytest.mark.parametrize("key", [5, None, ("a",)])
def test_a_key_that_is_no_text_is_left_out(key: Any) -> None:
    assert user_state({key: 1, "user": "Ann"}) == {"user": "Ann"}


@pytest.mark.parametrize("name", wf.SENDS)
def test_each_other_is_sent(name: str) -> None:
    assert user_state({name: wf.SENDS[name]()}) == {name: wf.SENDS[name]()}
