"""Sessions in files, in S3 and in a user's repository: read and written by activities, once, and never in a replay."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from strands.storage import InMemoryStorage
from temporalio.client import Client, WorkflowFailureError

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedRequest, Step, ToolCall

from ..env import Env, scheduled_activities, swarm_timers, timers
from . import kept
from . import session_workflows as wf
from .redacting import Redacting
from .s3_server import S3

KINDS = ["files", "s3", "own", "snapshot", "snapshot-message", "snapshot-trigger", "snapshot-s3"]

FIRST = ["hello", "call note", "ash is noted", "bye 2"]
BOTH = [*FIRST, "again", "bye 4"]


def answers(request: ScriptedRequest) -> Step:
    if request.text == "hello":
        return ToolCall("note", {"word": "ash"})
    return f"bye {len(request.messages) - 1}"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_session_goes_on_in_another_workflow(env: Env, kind: str, tmp_path: Path, s3: S3) -> None:
    place = kept.make(kind, tmp_path, s3)
    model = env.model(answers, **place.options)
    session_id = f"s-{uuid.uuid4()}"
    async with env.worker(wf.Talk):
        first = await env.start(wf.Talk.run, place.kind, session_id, ["hello"])
        assert (await env.result(first))["before"] == 0
        assert place.said(session_id) == FIRST
        second = await env.start(wf.Talk.run, place.kind, session_id, ["again"])
        result = await env.result(second)
    assert result == {"before": 4, "answers": ["bye 4"], "word": "ash", "messages": 6}
    assert place.said(session_id) == BOTH
    assert kept.texts(model.requests[-1].messages) == BOTH[:-1]  # what the model saw
    before = place.state()
    for handle in (first, second):
        history = await handle.fetch_history()
        await env.replay(history)
        assert not timers(history)
    assert place.state() == before  # the replays have written nothing


@pytest.mark.parametrize("kind", ["files", "snapshot"])
async def test_a_plain_agent_and_sync_calls(env: Env, kind: str, tmp_path: Path, s3: S3) -> None:
    place = kept.make(kind, tmp_path, s3)
    env.model(answers, **place.options)
    async with env.worker(wf.TalkInSyncCode):
        assert await env.execute(wf.TalkInSyncCode.run, place.kind, "s") == [0, "bye 0"]
        assert await env.execute(wf.TalkInSyncCode.run, place.kind, "s") == [2, "bye 2"]
    assert place.said("s") == ["again", "bye 0", "again", "bye 2"]


async def test_what_is_recorded_of_a_session(env: Env, tmp_path: Path, s3: S3) -> None:
    """Each operation is one activity; a message is written when it comes, and the state where it has changed."""
    place = kept.make("own", tmp_path, s3)
    env.model(answers, **place.options)
    async with env.worker(wf.Talk):
        handle = await env.start(wf.Talk.run, place.kind, "s", ["hello"])
        await env.result(handle)
    history = await handle.fetch_history()
    assert scheduled_activities(history) == [
        "strands-session-read-session",
        "strands-session-create-session",
        "strands-session-create-agent",
        *("strands-session-create-message", "strands-session-update-agent"),  # the prompt
        *("invoke_model", "strands-session-create-message"),  # the call of the tool
        *("strands-session-create-message", "strands-session-update-agent"),  # its result, and the state it has set
        *("invoke_model", "strands-session-create-message"),
    ]


async def test_an_operation_that_was_done_and_lost_is_not_done_twice(env: Env, tmp_path: Path, s3: S3) -> None:
    """A repository that breaks its connection after each thing that it has done."""
    place = kept.make("own", tmp_path, s3)
    repository: Any = place.options["session_repositories"]["sessions"]("s")
    broken: set[str] = set()

    def once(what: str) -> bool:
        first = what not in broken
        broken.add(what)
        return first

    repository.fail_after = once
    env.model(answers, **place.options)
    async with env.worker(wf.Talk):
        await env.execute(wf.Talk.run, place.kind, "s", ["hello"])
    assert place.said("s") == FIRST
    assert [each.message_id for each in repository.messages[("s", "talker")]] == [0, 1, 2, 3]
    assert {"create_session", "create_agent", "create_message 3"} <= broken


async def test_s3_that_asks_to_slow_down_is_tried_again(env: Env, tmp_path: Path, s3: S3) -> None:
    place = kept.make("s3", tmp_path, s3)
    env.model(answers, **place.options)
    async with env.worker(wf.Talk):
        s3.failures = 1
        await env.execute(wf.Talk.run, place.kind, "s", ["hello"])
    assert place.said("s") == FIRST


@pytest.mark.parametrize("kind", ["files", "snapshot"])
async def test_another_worker_goes_on(env: Env, kind: str, tmp_path: Path, s3: S3) -> None:
    place = kept.make(kind, tmp_path, s3)
    env.model(answers, **place.options)
    async with env.worker(wf.Talk):
        handle = await env.start(wf.Talk.run, place.kind, "s", ["hello", "again"], True)
        while place.state() == {} or place.said("s") != FIRST:
            await handle.describe()
    before = place.state()
    async with env.worker(wf.Talk):
        await handle.query("__stack_trace")  # which replays
        assert place.state() == before
        for _ in range(2):
            await handle.signal(wf.Talk.proceed)
            while place.said("s") == FIRST:
                await handle.describe()
        assert (await env.result(handle))["messages"] == 6
    assert place.said("s") == BOTH


@pytest.mark.uncached
async def test_snapshots_can_be_gone_back_to(env: Env, tmp_path: Path, s3: S3) -> None:
    """Their ids are the same in a replay, and in the order in which they were made."""
    place = kept.make("snapshot", tmp_path, s3)
    env.model(answers, **place.options)
    async with env.worker(wf.TimeTravel):
        assert await env.execute(wf.TimeTravel.run, "s") == [True, 2, []]


@pytest.mark.parametrize("swarm", [False, True], ids=["graph", "swarm"])
@pytest.mark.parametrize("kind", ["files", "s3", "snapshot"])
async def test_graphs_and_swarms_keep_their_state(env: Env, kind: str, swarm: bool, tmp_path: Path, s3: S3) -> None:
    place = kept.make(kind, tmp_path, s3)
    env.model(answers, **place.options)
    async with env.worker(wf.InGraph):
        handle = await env.start(wf.InGraph.run, place.kind, "s", swarm)
        assert await env.result(handle) == ["completed", ["first"] if swarm else ["first", "second"]]
    assert len(timers(await handle.fetch_history())) == swarm_timers(nodes=int(swarm))
    files: list[Any] = [*s3.objects] if kind == "s3" else [*kept.files(tmp_path)]
    assert any("together" in str(file) for file in files)


@pytest.mark.parametrize("kind", ["files", "snapshot"])
async def test_a_graph_that_failed_goes_on_in_another_workflow(env: Env, kind: str, tmp_path: Path, s3: S3) -> None:
    place = kept.make(kind, tmp_path, s3)
    model = env.model(answers, **place.options)
    async with env.worker(wf.FailingGraph):
        first = await env.execute(wf.FailingGraph.run, place.kind, "s", True)
        second = await env.execute(wf.FailingGraph.run, place.kind, "s", False)
    assert first == ["the second node broke", ["first", "second"]]
    assert second == ["completed", ["second"]]
    assert len(model.requests) == 2


@pytest.mark.filterwarnings("ignore:The same plugin type")
async def test_plugins_of_client_and_worker_have_stores_of_their_own(env: Env, tmp_path: Path, s3: S3) -> None:
    place = kept.make("files", tmp_path, s3)
    env.model(answers, **place.options)
    client = Client(**{**env.client.config(), "plugins": [StrandsPlugin(storages={"other": InMemoryStorage})]})
    async with env.worker(wf.Talk, wf.Refused, client=client):
        await env.execute(wf.Talk.run, place.kind, "s", ["hello"], client=client)
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Refused.run, "unknown storage", "", client=client)
    assert place.said("s") == FIRST
    assert "knows: 'other'" in str(failure.value.cause)


async def test_sessions_need_sync_calls(env: Env, tmp_path: Path, s3: S3) -> None:
    for kind in ("files", "snapshot"):
        place = kept.make(kind, tmp_path, s3)
        env.model(answers, sync_calls=False, **place.options)
        async with env.worker(wf.Talk):
            with pytest.raises(WorkflowFailureError) as failure:
                await env.execute(wf.Talk.run, place.kind, "s", ["hello"])
        cause: Any = failure.value.cause
        assert cause.type == "SyncCallError" and "Leave sync_calls out" in cause.message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"storages": ["a"]}, "storages=...) takes a mapping of names to functions, not list"),
        ({"storages": {"a": InMemoryStorage()}}, "storages={'a': ...}) takes a function that makes it, not a InMemory"),
        ({"session_repositories": {"": InMemoryStorage}}, "session_repositories=...) has the name ''"),
        ({"memory_stores": {"a": 1}}, "memory_stores={'a': ...}) takes a function"),
    ],
)
def test_wrong_options(options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        StrandsPlugin(**options)


@pytest.mark.parametrize("kind", ["files", "snapshot"])
async def test_what_a_guardrail_takes_back_is_not_kept(env: Env, kind: str, tmp_path: Path, s3: S3) -> None:
    place = kept.make(kind, tmp_path, s3)
    env.plugin = StrandsPlugin(models={"scripted": Redacting}, **place.options)
    async with env.worker(wf.Redacted):
        await env.execute(wf.Redacted.run, place.kind, "s")
    assert place.said("s")[0] == "[redacted]"
    assert not any("a secret" in text for text in kept.files(tmp_path).values())


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        ("file session", "UnsupportedFeatureError", "FileSessionManager .*TemporalSessionRepository\\('NAME'\\)"),
        ("file storage", "UnsupportedFeatureError", "LocalFileStorage .*storage=TemporalStorage\\('NAME'\\)"),
        ("no storage", "UnsupportedFeatureError", "without a storage.*TemporalStorage\\('NAME'\\)"),
        ("agent storage", "UnsupportedFeatureError", "LocalFileStorage .*TemporalStorage\\('NAME'\\)"),
        ("unknown repository", "ValueError", "no session_repositories.*StrandsPlugin\\(session_repositories="),
        ("unknown storage", "ValueError", "Unknown name 'nowhere'.*knows: 'storage'"),
        ("no name", "InvalidOptionError", "TemporalStorage\\(...\\) takes a name"),
    ],
)
async def test_refused(env: Env, what: str, kind: str, words: str, tmp_path: Path, s3: S3) -> None:
    env.model(answers, **kept.make("snapshot", tmp_path, s3).options)
    async with env.worker(wf.Refused):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(wf.Refused.run, what, str(tmp_path))
    cause: Any = failure.value.cause
    assert cause.type == kind and re.search(words, cause.message), cause
    assert not kept.files(tmp_path)


@pytest.mark.parametrize("workflow", [wf.InInit, wf.RepositoryInInit])
async def test_refused_in_init(env: Env, workflow: Any, tmp_path: Path, s3: S3) -> None:
    env.model(answers, **kept.make("snapshot", tmp_path, s3).options)
    async with env.worker(workflow):
        with pytest.raises(WorkflowFailureError) as failure:
            await env.execute(workflow.run)
    cause: Any = failure.value.cause
    assert cause.type == "SyncCallError" and "in @workflow.run" in cause.message
