"""Both sides of an edit script together: what the worker rebuilds is what Strands sent."""

from __future__ import annotations

import base64
import copy
import enum
import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio import workflow

from strands_temporal._model import codec
from strands_temporal._model.outgoing import CONVERSATIONS, Draft, Outgoing
from strands_temporal._model.recorded import RecordedRequest
from strands_temporal._model.request import ModelReply, ModelRequest, RecordedDigests
from strands_temporal._model.values import canonical, request_digest


@pytest.fixture(autouse=True)
def replaying(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Says whether the code under test runs in a replay; live until told otherwise."""

    def tell(value: bool) -> None:
        monkeypatch.setattr(workflow.unsafe, "is_replaying", lambda: value)

    tell(False)
    return tell


class Worker:
    """The other side: remembers what was recorded, by activity id."""

    def __init__(self) -> None:
        self.recorded: dict[str, RecordedRequest] = {}

    def base(self, wire: dict[str, Any]) -> RecordedRequest:
        return self.recorded[wire["parent"]] if "parent" in wire else RecordedRequest()

    def read(self, wire: dict[str, Any]) -> RecordedRequest:
        wire = codec.decode(codec.encode(wire))  # nothing is shared with the sender
        return self.base(wire).rebuild(wire)

    def asked(self, outgoing: Outgoing, draft: Draft) -> tuple[Draft, RecordedRequest]:
        """Read a request that may not fit, and what is sent then; with all that crosses as it crosses."""
        told: RecordedDigests | None = None
        for _ in range(3):
            try:
                return draft, self.read(draft.wire)
            except ValueError:
                assert draft.wire["may_differ"] is True and not draft.at_hand
                reply = ModelReply([], asks_for_all=True, base=self.base(draft.wire).digests()).to_wire(2)
                base = ModelReply.from_wire(reply).base
                draft = outgoing.draft_on(draft, base if told is None else None, {}, None)
                told = base
        raise AssertionError("all of it does not fit either")

    def answer(self, request: RecordedRequest, text: str) -> ModelReply:
        number = str(len(self.recorded))
        events: list[Any] = [
            {"messageStart": {"role": "assistant"}},
            {"contentBlockDelta": {"delta": {"text": text}}},
            {"contentBlockStop": {}},
            {"messageStop": {"stopReason": "end_turn"}},
        ]
        self.recorded[number] = request.with_reply(events)
        digests = request.digests()
        return ModelReply(events, activity_id=number, request=request_digest(digests.messages, digests.fields))


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": text}]}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"text": text}]}


odd = st.sampled_from(
    [b"\xff", math.inf, {"$bytes": "no escape"}, "\ud83d", {"b": 1, "a": [None, True]}, 2**63, 1.5, ""]
)
messages = st.lists(st.builds(user, st.sampled_from("abcdef") | odd), max_size=8)
fields = st.fixed_dictionaries(
    {},
    optional={
        "system_prompt": st.none() | st.sampled_from(["p", "q"]),
        "system_prompt_content": st.none() | st.just([{"text": "p"}]),
        "tool_specs": st.none() | st.lists(st.fixed_dictionaries({"name": st.sampled_from("tu")}), max_size=2),
        "tool_choice": st.none() | st.just({"any": {}}),
        "invocation_state": st.dictionaries(st.sampled_from(["a", "$text"]), odd),
        "model_state": st.dictionaries(st.just("id"), st.integers(0, 3)),
        "agent_metadata": st.none() | st.just({"session_id": "s"}),
        "dynamic_trailing_blocks": st.integers(0, 1),
    },
)
others = st.none() | st.tuples(messages, fields)
"""What the code of today makes in a replay, if it is not what was sent."""

calls = st.lists(
    st.tuples(messages, fields, others, st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=8
)  # with: grows from the call before, replayed, fails


@settings(max_examples=150)
@given(calls)
def test_the_model_gets_what_strands_sent(calls: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        worker = Worker()
        before, today = Outgoing(), Outgoing()  # what wrote what is recorded, with the code of then; what replays it
        conversations: dict[Outgoing, list[Any]] = {before: [], today: []}
        replaying = True
        for number, (given_messages, given_fields, other, grows, replays, fails) in enumerate(calls):
            replaying = replaying and replays

            def request_of(code: Outgoing, messages: list[Any], fields: dict[str, Any], grows: bool) -> ModelRequest:
                sent = [*conversations[code], *messages] if grows else messages
                return ModelRequest("m", "a", copy.deepcopy(sent), **copy.deepcopy(fields))

            patch.setattr(workflow.unsafe, "is_replaying", lambda: False)
            code = before if replaying else today
            request = request_of(code, given_messages, given_fields, grows)
            expected = copy.deepcopy(request)
            draft, recorded = worker.asked(code, code.draft(request, {}, None))
            assert same(recorded.to_request(), expected)
            drafts = {code: (draft, expected)}
            if replaying:
                patch.setattr(workflow.unsafe, "is_replaying", lambda: True)
                made = other or (given_messages, given_fields)
                now = request_of(today, made[0], made[1], grows)
                drafts[today] = today.draft(now, {}, None), copy.deepcopy(now)
                mutate(now.messages)
            mutate(request.messages)  # Strands may change its lists after the call
            patch.setattr(workflow.unsafe, "is_replaying", lambda: False)
            for each, sent in drafts.values():
                again = today.draft_again(each, {}, None, whole=True)
                assert same(worker.read(again.wire).to_request(), sent)
                assert "packed_messages" in again.wire and "parent" not in again.wire
                assert again.whole is not None and same(again.whole.to_request(), sent)
                assert same(worker.asked(today, today.draft_again(each, {}, None, whole=False))[1].to_request(), sent)
            if fails:
                continue
            reply = worker.answer(recorded, f"reply {number}")
            for each, (draft, sent) in drafts.items():
                conversations[each] = [*sent.messages, assistant(f"reply {number}")]
                each.answered(draft, reply)


def same(one: ModelRequest, other: ModelRequest) -> bool:
    """Equal, a NaN to itself as well, and tuples as the lists that they become."""
    return codec.encode(vars(one)) == codec.encode(vars(other))


def mutate(messages: list[Any]) -> None:
    for message in messages:
        message["content"].append({"text": "changed later"})


def test_a_chat_sends_each_message_once() -> None:
    outgoing, worker = Outgoing(), Worker()
    conversation: list[Any] = []
    for turn in range(5):
        conversation.append(user(f"question {turn}"))
        request = ModelRequest("m", "a", list(conversation), system_prompt="p", tool_specs=[{"name": "t"}])
        draft = outgoing.draft(request, {}, None)
        digest = draft.wire["digest"]
        if turn:
            inline = [[0, 2 * turn], user(f"question {turn}")]
            parent = {"parent": str(turn - 1), "may_differ": True}
            assert draft.wire == {"version": 2, **parent, "messages": inline, "digest": digest}
        outgoing.answered(draft, worker.answer(worker.read(draft.wire), f"answer {turn}"))
        conversation.append(assistant(f"answer {turn}"))


def test_the_form_of_version_2() -> None:
    """Pinned: histories and activities in flight hold it, digests included."""
    outgoing, worker = Outgoing(), Worker()
    first = ModelRequest(
        model_name="claude",
        agent_name="a",
        messages=[user("hi"), {"role": "user", "content": [{"image": {"source": {"bytes": b"\xff"}}}]}],
        tool_specs=[{"name": "t", "description": "d", "inputSchema": {"json": {}}}],
        system_prompt="s",
        system_prompt_content=[{"text": "s"}, {"cachePoint": {"type": "default"}}],
        tool_choice={"auto": {}},
        invocation_state={"user": 1},
        model_state={"response_id": "r"},
        agent_metadata={"session_id": "x"},
        dynamic_trailing_blocks=2,
        structured_output_model={"name": "Out", "schema": {}},
    )
    draft = outgoing.draft(first, {"facts": True}, None)
    assert draft.wire == {
        "version": 2,
        "messages": [user("hi"), {"role": "user", "content": [{"image": {"source": {"bytes": {"$bytes": "/w=="}}}}]}],
        "model_name": "claude",
        "agent_name": "a",
        "tool_specs": [{"name": "t", "description": "d", "inputSchema": {"json": {}}}],
        "system_prompt": "s",
        "system_prompt_content": [{"text": "s"}, {"cachePoint": {"type": "default"}}],
        "tool_choice": {"auto": {}},
        "invocation_state": {"user": 1},
        "model_state": {"response_id": "r"},
        "agent_metadata": {"session_id": "x"},
        "dynamic_trailing_blocks": 2,
        "structured_output_model": {"name": "Out", "schema": {}},
        "digest": "a521dae245c0a0fc13931738",
        "facts": True,
    }
    outgoing.answered(draft, worker.answer(worker.read(draft.wire), "hello"))
    second = ModelRequest("claude", "a", [user("hi"), assistant("hello"), user("bye")], system_prompt="s")
    assert outgoing.draft(second, {}, None).wire == {
        "version": 2,
        "parent": "0",
        "may_differ": True,
        "messages": [[0, 1], [2, 3], user("bye")],
        "tool_specs": None,
        "system_prompt_content": None,
        "tool_choice": None,
        "invocation_state": None,
        "model_state": None,
        "agent_metadata": None,
        "dynamic_trailing_blocks": None,
        "structured_output_model": None,
        "digest": "997ffd6e973fd45102d0da7e",
    }
    events = [{"messageStart": {"role": "assistant"}}]
    reply = ModelReply(events, {"a": 1}, "7", {"stateful": False}, request="997ffd6e973fd45102d0da7e")
    wire = {
        "version": 2,
        "events": [{"messageStart": {"role": "assistant"}}],
        "id": "7",
        "request": "997ffd6e973fd45102d0da7e",
        "model_state": {"a": 1},
        "facts": {"stateful": False},
    }
    assert reply.to_wire(2) == wire
    assert ModelReply.from_wire(wire) == reply
    del wire["request"]
    assert ModelReply.from_wire(wire) == replace(reply, request=None), "of 0.2.0"


def test_the_form_of_a_whole_request_that_was_asked_for() -> None:
    """Pinned as well."""
    outgoing, worker = Outgoing(), Worker()
    more = {"facts": True}
    request = ModelRequest("claude", "a", [user("hi"), user(b"\xff")], system_prompt="s", model_state={"b": b"\xff"})
    outgoing.answered(draft := outgoing.draft(request, more, None), worker.answer(worker.read(draft.wire), "hello"))
    edit = outgoing.draft(request, more, None, may_ask=True)
    assert edit.wire == {
        "version": 2,
        "parent": "0",
        "may_differ": True,
        "messages": [[0, 2]],
        "digest": "83c31a6e5a16bef9dfde58ca",
        "facts": True,
        "may_ask": True,
    }
    assert ModelReply([], asks_for_all=True).to_wire(2) == {"version": 2, "asks_for_all": True}
    assert ModelReply.from_wire({"version": 2, "asks_for_all": True}) == ModelReply([], asks_for_all=True)
    recorded = worker.recorded["0"].digests()
    asks = {
        "version": 2,
        "asks_for_all": True,
        "base": {
            "messages": "mL5Rf58uIgXwpjcr9rCzfIX6XhmoKmOBWXlVvtoUL/rZtnYFxd605nz/c7XKp6Kb",
            "model_name": "IURlDQET8fQxOGMO4KoAdQ==",
            "agent_name": "2+o1vH8hdSGUv0k5DG9qNQ==",
            "system_prompt": "Elf+/h2fLK1ECOOSOrZaqA==",
            "model_state": "UMKgQGm2W6jCBWp640IXXg==",
        },
    }
    assert ModelReply([], asks_for_all=True, base=recorded).to_wire(2) == asks
    assert ModelReply.from_wire(asks) == ModelReply([], asks_for_all=True, base=recorded)
    whole = outgoing.draft_again(edit, more, None, whole=True).wire
    packed = whole.pop("packed_messages")
    assert whole == {
        "version": 2,
        "model_name": "claude",
        "agent_name": "a",
        "system_prompt": "s",
        "model_state": {"b": {"$bytes": "/w=="}},
        "digest": edit.wire["digest"],
        "facts": True,
    }
    lines = zlib.decompress(base64.b64decode(packed)).decode()
    assert lines == (
        '[{"role":"user","content":[{"text":"hi"}]},{"role":"user","content":[{"text":{"$bytes":"/w=="}}]}]\n'
    )
    unasked = {name: value for name, value in edit.wire.items() if name != "may_ask"}
    assert outgoing.draft_again(edit, more, None, whole=False).wire == unasked
    assert outgoing.draft_again(edit, more, 100, whole=True).wire == unasked, "too large, and so to be read"


def test_a_request_that_is_asked_for_again_edits_what_it_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workflow that was made anew drafted it in a replay, and another call has been answered since."""
    first, second, other = (ModelRequest("m", "a", [user(text)]) for text in ("hi", "how are you", "and you"))
    again: list[Any] = []
    for replays in (False, True):
        outgoing, worker = Outgoing(), Worker()
        outgoing.answered(draft := outgoing.draft(first, {}, None), worker.answer(worker.read(draft.wire), "hello"))
        monkeypatch.setattr(workflow.unsafe, "is_replaying", lambda: replays)  # noqa: B023
        asked = outgoing.draft(second, {}, None, may_ask=True)
        monkeypatch.setattr(workflow.unsafe, "is_replaying", lambda: False)
        outgoing.answered(draft := outgoing.draft(other, {}, None), worker.answer(worker.read(draft.wire), "fine"))
        again.append(outgoing.draft_again(asked, {}, None, whole=False).wire)
    assert again[0] == again[1] and again[0]["parent"] == "0"


def deployed(replaying: Callable[[bool], None], size: int = 0) -> tuple[Outgoing, Worker, Draft]:
    """A chat whose prompt was `p` in its first turn, and is `q` in its second one."""
    before, today, worker = Outgoing(), Outgoing(), Worker()
    first = user("hi" + size * "x")
    draft = before.draft(ModelRequest("m", "a", [first], system_prompt="p"), {}, None)
    reply = worker.answer(worker.read(draft.wire), "hello")
    replaying(True)
    today.answered(today.draft(ModelRequest("m", "a", [first], system_prompt="q"), {}, None), reply)
    replaying(False)
    second = ModelRequest("m", "a", [first, assistant("hello"), user("bye")], system_prompt="q")
    return today, worker, today.draft(second, {"more": 1}, None)


def test_after_a_deployment_what_differs_is_sent_again_and_no_more(replaying: Callable[[bool], None]) -> None:
    outgoing, worker, draft = deployed(replaying)
    assert "system_prompt" not in draft.wire, "it edits what the code of today makes"
    with pytest.raises(ValueError, match="not rebuilt"):
        worker.read(draft.wire)
    again = outgoing.draft_on(draft, worker.base(draft.wire).digests(), {"more": 1}, None)
    assert again.wire == {**draft.wire, "system_prompt": "q"}
    assert draft.at_hand is False and again.at_hand is True


@pytest.mark.parametrize("told", [None, RecordedDigests()])
def test_what_fits_nowhere_is_sent_whole(replaying: Callable[[bool], None], told: RecordedDigests | None) -> None:
    outgoing, worker, draft = deployed(replaying)
    again = outgoing.draft_on(draft, told, {"more": 1}, None)
    assert set(again.wire) == {
        *("version", "packed_messages", "model_name", "agent_name", "system_prompt", "digest", "more"),
    }
    assert worker.read(again.wire).to_request().messages == [user("hi"), assistant("hello"), user("bye")]


def test_what_fits_nowhere_and_is_too_large_is_refused_by_name(replaying: Callable[[bool], None]) -> None:
    outgoing, _, draft = deployed(replaying, 10_000)
    assert "packed_messages" in outgoing.draft_on(draft, None, {}, 1000).wire, "compressed it is small enough"
    again = outgoing.draft_on(draft, None, {}, 100)
    assert again.sent is None and again.whole is None
    assert "message 0 (user), text: 10," in again.wire["refused"]["message"]


def test_a_call_that_the_code_of_today_could_not_write_is_edited_all_the_same(
    replaying: Callable[[bool], None],
) -> None:
    """A set has a marshalled form, but cannot be written."""
    before, today, worker = Outgoing(), Outgoing(), Worker()
    draft = before.draft(ModelRequest("m", messages=[user("hi")]), {}, None)
    reply = worker.answer(worker.read(draft.wire), "hello")
    replaying(True)
    today.answered(today.draft(ModelRequest("m", messages=[user({"hi"})]), {}, None), reply)
    replaying(False)
    request = ModelRequest("m", messages=[user("hi"), assistant("hello"), user("bye")])
    draft, recorded = worker.asked(today, today.draft(request, {}, None))
    assert draft.wire["messages"] == [[0, 2], user("bye")]
    assert recorded.to_request().messages == request.messages


def test_a_request_that_is_not_what_was_sent_is_refused() -> None:
    draft = Outgoing().draft(ModelRequest("m", messages=[user("hi")]), {}, None)
    with pytest.raises(ValueError, match="not rebuilt as it was sent"):
        RecordedRequest().rebuild({**draft.wire, "messages": [user("ho")]})


def test_an_object_of_its_own_type_is_sent_as_its_value() -> None:
    class Color(str, enum.Enum):
        RED = "red"

    outgoing, worker = Outgoing(), Worker()
    for turn in range(2):
        draft = outgoing.draft(ModelRequest("m", messages=[user(Color.RED), user(math.nan)]), {}, None)
        recorded = worker.read(draft.wire)
        assert recorded.to_request().messages[0] == user("red")
        assert draft.wire["messages"] == ([[0, 2]] if turn else [user("red"), user({"$float": "nan"})])
        outgoing.answered(draft, worker.answer(recorded, "ok"))


def test_what_cannot_be_written_is_refused_by_the_activity() -> None:
    draft = Outgoing().draft(ModelRequest("m", messages=[user(object())]), {}, None)
    assert draft.sent is None
    assert draft.wire["refused"]["type"] == "TypeError" and "object" in draft.wire["refused"]["message"]


def test_conversations_that_share_a_model_are_kept_apart() -> None:
    """A summarizer between the turns does not make the chat send everything again."""
    outgoing, worker = Outgoing(), Worker()
    sizes: dict[str, list[int]] = {}
    for turn in range(6):
        for prompt in [f"p{number}" for number in range(CONVERSATIONS)]:
            history = [user(f"{prompt} {n} {'x' * 500}") for n in range(turn + 1)]
            draft = outgoing.draft(ModelRequest("m", "a", history, system_prompt=prompt), {}, None)
            sizes.setdefault(prompt, []).append(len(canonical(draft.wire)))
            outgoing.answered(draft, worker.answer(worker.read(draft.wire), "ok"))
    assert all(max(each) < 800 for each in sizes.values()), sizes


def test_a_reply_of_an_older_worker_makes_the_next_request_whole() -> None:
    outgoing = Outgoing()
    draft = outgoing.draft(ModelRequest("m", messages=[user("a")]), {}, None)
    outgoing.answered(draft, ModelReply([]))
    assert "parent" not in outgoing.draft(ModelRequest("m", messages=[user("a"), user("b")]), {}, None).wire


@pytest.mark.parametrize("number", [1, 200])
def test_a_replay_writes_nothing(number: int, replaying: Callable[[bool], None]) -> None:
    replaying(True)
    draft = Outgoing().draft(ModelRequest("m", messages=[user("a")] * number), {"facts": True}, 10)
    assert draft.wire == {"version": 2}
