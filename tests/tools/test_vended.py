"""Strands' own tools: what does I/O as activities, the rest in the workflow, on its time and with its interrupts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from strands import vended_tools
from strands.vended_tools import http_request
from strands.vended_tools.web_fetch import make_web_fetch

from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, texts, timers
from ..fixtures.loopback import Handler, serving
from .existing_workflows import UsesVended


class Page(Handler):
    def do_GET(self) -> None:
        body = b"<html><body><h1>Title</h1><p>grand words</p></body></html>"
        self.answer(404 if self.path == "/none" else 200, body, Content_Type="text/html")


@pytest.fixture
def site() -> Iterator[str]:
    with serving(Page) as address:
        yield address


@pytest.mark.uncached
async def test_vended_tools_run_where_the_docs_say(env: Env, site: str) -> None:
    def script(request: ScriptedRequest) -> Step:
        if request.turn == 0:
            return [
                ToolCall("http_request", {"method": "GET", "url": f"{site}/page"}),
                ToolCall("http_request", {"method": "GET", "url": f"{site}/none"}),
                ToolCall("notebook", {"mode": "create", "name": "default", "new_str": "a note"}),
                ToolCall("sleep", {"duration": 0.2}),
            ]
        if request.turn == 1:
            return ToolCall("handoff_to_user", {"message": "which one?"})
        said = f"the user says: {texts(request.tool_results)[0]}"
        can_stop = any(spec["name"] == "stop" for spec in request.tool_specs)
        return ToolCall("stop", {"message": said}) if can_stop else said

    fetch = make_web_fetch(mode="markdown")
    model = env.model(script, tools=[http_request, fetch])
    async with env.worker(UsesVended):
        handle = await env.start(UsesVended.run, [site])
        handed, reason, said = await env.result(handle)
    assert handed[1] == "which one?" and reason == ("cancelled" if hasattr(vended_tools, "stop") else "end_turn")
    assert said == "the user says: use the blue one"
    page, none, note, slept = next(each for each in model.requests if each.turn == 1).tool_results
    assert "grand words" in texts([page])[0] and "HTTP 404" in texts([none])[0] and none["status"] == "error"
    assert note["status"] == "success" and texts([slept]) == ["Slept for 0.2 seconds"]
    history = await handle.fetch_history()
    assert [each for each in scheduled_activities(history) if each != "invoke_model"] == ["http_request"] * 2
    assert len(timers(history)) == 1


async def test_web_fetch_is_an_activity(env: Env, site: str) -> None:
    model = env.model(
        [ToolCall("web_fetch", {"url": f"{site}/page"}), "done"], tools=[http_request, make_web_fetch(mode="markdown")]
    )
    async with env.worker(UsesVended):
        handle = await env.start(UsesVended.run, [site])
        assert (await env.result(handle))[-1] == "done"
    assert "web_fetch" in scheduled_activities(await handle.fetch_history())
    assert "grand words" in texts(model.requests[-1].tool_results)[0]
