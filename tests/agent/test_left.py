"""An agent's stream that is left before its end, without `aclose`."""

from __future__ import annotations

import pytest

from ..env import Env
from . import left_workflows as wf


@pytest.mark.uncached
@pytest.mark.parametrize("again", [False, True])
async def test_a_stream_that_is_left_ends_with_the_loop_that_read_it(env: Env, again: bool) -> None:
    """Nothing waits for it, no lock stays, and the next call begins with what was said before."""
    model = env.model(lambda request: f"answer to {request.text}")
    async with env.worker(wf.Leaves):
        left, second, messages = await env.execute(wf.Leaves.run, again)
    assert "answer to first".startswith(left) and left
    assert [each.text for each in model.requests] == ["first", "second"][: 1 + again]
    assert (second, messages) == (("answer to second", 3) if again else (None, 1))
    if again:
        assert [each["role"] for each in model.requests[1].messages] == ["user", "user"]
