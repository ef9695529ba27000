"""The workflow side of edit scripts: writes each request as an edit of the one that was answered before it."""

from __future__ import annotations

import marshal
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from temporalio import workflow

from . import codec, edits
from .digested import Digested, New, split, write
from .frozen import FrozenRequest
from .limits import refusal_of_size
from .packed import pack
from .parts import parts
from .reply_message import reply_message
from .request import FIELDS, MAY_ASK, MAY_DIFFER, PACKED, VERSION, ModelReply, ModelRequest, RecordedDigests
from .values import DIGEST_BYTES, canonical, digest, request_digest
from .whole_requests import WHOLE_BYTES

CONVERSATIONS = 4
"""How many conversations are told apart that share a model: an agent's own, and a summarizer's or a judge's."""

Conversation: TypeAlias = "tuple[str | None, ...]"
"""What tells an agent's own calls from those of others with the same model object: system prompt and names of tools."""


@dataclass(frozen=True)
class Draft:
    """A request that is being sent.

    Attributes:
        wire: The activity's input.
        conversation: Which conversation it goes on with.
        sent: Its digests; in a replay its messages and fields, marshalled; None if it is refused.
        base: The call that it edits, if any.
        whole: All of it; None in a replay, and if it is refused.
        at_hand: Whether an activity of this process may be given `whole`: it is what the activity would read.
    """

    wire: dict[str, Any]
    conversation: Conversation
    sent: Digested | bytes | None
    base: Answered | None = None
    whole: FrozenRequest | None = None
    at_hand: bool = False


class Answered:
    """A call that the next request of its conversation edits."""

    def __init__(self, activity_id: str, sent: Digested | bytes, reply: ModelReply) -> None:
        """Take over a draft and its reply; nothing is computed before it is needed."""
        self.activity_id = activity_id
        self._sent = sent
        self._events = reply.events
        self._recorded = reply.request

    def request(self) -> Digested:
        """The digests of the request; none where the code of today makes one that cannot be written."""
        if isinstance(self._sent, bytes):
            messages, fields = marshal.loads(self._sent)
            try:
                self._sent = write(messages, fields, Digested()).digests
            except TypeError:
                self._sent = Digested()
        return self._sent

    def recorded(self) -> RecordedDigests:
        """The digests of the request with the reply's message, if its events make one."""
        request = self.request()
        message = reply_message(self._events)
        reply = b"" if message is None else digest(canonical(codec.encode(message)))
        return RecordedDigests(request.messages + reply, request.fields)

    def differs(self) -> bool:
        """Whether another request is on record, since the workflow ran with other code then."""
        request = self.request()
        return self._recorded not in (None, request_digest(request.messages, request.fields))


class Outgoing:
    """The calls of one model object in one workflow run."""

    def __init__(self) -> None:
        """Start without a call to edit: the first request is whole."""
        self._answered: OrderedDict[Conversation, Answered] = OrderedDict()

    def draft(
        self, request: ModelRequest, more: Mapping[str, Any], limit: int | None, *, may_ask: bool = False
    ) -> Draft:
        """Write a request.

        While a workflow replays, inputs are not compared with the recorded ones, so nothing is written; only what the
        first live request needs is kept.

        Args:
            request: The request.
            more: Entries to add to its wire form.
            limit: Bytes that it may have at most; None for any number.
            may_ask: Whether a worker that does not know what it edits may ask for all of it.

        Returns:
            The request. One that cannot be sent is replaced by a small one that makes the activity fail: so it is
            recorded that it was refused.
        """
        conversation = _conversation(request)
        base = self._answered.get(conversation) or next(reversed(self._answered.values()), None)
        if workflow.unsafe.is_replaying():
            try:
                sent = marshal.dumps((request.messages, request.fields()), 2)
                return Draft({"version": VERSION}, conversation, sent, base)
            except ValueError:
                pass  # objects that only `codec.encode` knows
        draft = _edit(request, conversation, base, more, limit)
        return replace(draft, wire={**draft.wire, MAY_ASK: True}) if may_ask and draft.whole is not None else draft

    def draft_again(self, draft: Draft, more: Mapping[str, Any], limit: int | None, *, whole: bool) -> Draft:
        """Write a request for a worker that does not know what it edits.

        Args:
            draft: The request as it was sent.
            more: Entries to add to its wire form.
            limit: Bytes that it may have at most; None for any number.
            whole: Whether all of it may be sent.

        Returns:
            All of it. Where that may not be or is too large, the same edit as before, without a word of asking: the
            worker is to read the history.
        """
        if workflow.unsafe.is_replaying():
            return draft
        if draft.whole is None:  # it was drafted in a replay
            draft = _edit(_request(draft), draft.conversation, draft.base, more, limit)
        if whole and (packed := _packed(draft, more, WHOLE_BYTES if limit is None else min(limit, WHOLE_BYTES))):
            return packed
        return replace(draft, wire={name: value for name, value in draft.wire.items() if name != MAY_ASK})

    def draft_on(
        self, draft: Draft, recorded: RecordedDigests | None, more: Mapping[str, Any], limit: int | None
    ) -> Draft:
        """Write a request for a worker where it did not fit.

        Args:
            draft: The request as it was sent.
            recorded: What the worker has of the call that the request edits, to be edited now; None for all of it.
            more: Entries to add to its wire form.
            limit: Bytes that it may have at most; None for any number.

        Returns:
            The request, or the small one in the place of a request that is too large.
        """
        if workflow.unsafe.is_replaying():
            return draft
        request, base = _request(draft), draft.base
        if base is not None and recorded is not None and (recorded.messages or recorded.fields):
            return _edit(request, draft.conversation, base, more, limit, recorded)
        whole = _edit(request, draft.conversation, None, more, None)
        return _packed(whole, more, limit) or _edit(request, draft.conversation, None, more, limit)

    def answered(self, draft: Draft, reply: ModelReply) -> None:
        """Take a call that has succeeded as the one that its conversation's next request edits."""
        if draft.sent is None or reply.activity_id is None:  # a call of an older version has no id
            return
        self._answered[draft.conversation] = Answered(reply.activity_id, draft.sent, reply)
        self._answered.move_to_end(draft.conversation)
        if len(self._answered) > CONVERSATIONS:
            self._answered.popitem(last=False)


def _edit(
    request: ModelRequest,
    conversation: Conversation,
    base: Answered | None,
    more: Mapping[str, Any],
    limit: int | None,
    recorded: RecordedDigests | None = None,
) -> Draft:
    """Write a request as an edit of a call, of the same conversation if there is one; whole without a call.

    Args:
        request: The request.
        conversation: Its conversation.
        base: The call.
        more: Entries to add to the wire form.
        limit: Bytes that it may have at most; None for any number.
        recorded: What is on record of that call, as far as a worker told; None for what this code makes of it.
    """
    fields = request.fields()
    at_hand = base is None or recorded is not None or not base.differs()
    recorded = recorded or (base.recorded() if base else RecordedDigests())
    try:
        sent, new, new_fields, whole = write(request.messages, fields, base.request() if base else Digested())
    except TypeError as error:
        refused = {"type": "TypeError", "message": _why_not_written(request, error)}
        return Draft({"version": VERSION, "refused": refused}, conversation, None)
    steps = _steps(recorded.messages, sent.messages)
    messages = {step: new.get(step) or New.of(request.messages[step]) for step in steps if isinstance(step, int)}
    changed = [name for name in FIELDS if sent.fields.get(name) != recorded.fields.get(name)]
    values = {name: new_fields.get(name) or New.of(fields[name]) for name in changed if name in fields}
    if limit is not None and (refused := refusal_of_size(request, messages, values, limit)):
        return Draft({"version": VERSION, "refused": refused}, conversation, None)
    wire: dict[str, Any] = {"version": VERSION}
    if base is not None:
        wire |= {"parent": base.activity_id, MAY_DIFFER: True}
    wire["messages"] = [messages[step].encoded if isinstance(step, int) else list(step) for step in steps]
    wire |= {name: values[name].encoded if name in values else None for name in changed}
    wire["digest"] = request_digest(sent.messages, sent.fields)
    return Draft({**wire, **more}, conversation, sent, base, whole, at_hand and sent.faithful)


def _steps(base: bytes, digests: bytes) -> list[tuple[int, int] | int]:
    added = split(digests[len(base) :])
    if base and digests.startswith(base) and not any(each in base for each in added):
        # The conversation goes on, as most do; digests by the hundred need not be taken apart for that.
        count = len(base) // DIGEST_BYTES
        return [(0, count), *range(count, count + len(added))]
    return edits.diff(split(base), split(digests))


def _packed(draft: Draft, more: Mapping[str, Any], limit: int | None) -> Draft | None:
    """The same request with all that it has, compressed; None where it is too large."""
    if draft.whole is None:
        return None
    request = draft.whole.to_request()
    fields = {name: codec.encode(value) for name, value in request.fields().items()}
    packed = pack(request.messages)
    if limit is not None and len(packed) + len(canonical(fields)) > limit:
        return None
    wire = {"version": VERSION, PACKED: packed, **fields, "digest": draft.wire["digest"], **more}
    return replace(draft, wire=wire)


def _request(draft: Draft) -> ModelRequest:
    """What was drafted."""
    if draft.whole is not None:
        return draft.whole.to_request()
    assert isinstance(draft.sent, bytes)
    messages, fields = marshal.loads(draft.sent)
    return ModelRequest(fields.pop("model_name", None), messages=messages, **fields)


def _why_not_written(request: ModelRequest, error: TypeError) -> str:
    for name, value in parts(request):
        try:
            codec.encode(value)
        except TypeError as why:
            return f"The model request cannot be written, because of {name}: {why}."
    return f"The model request cannot be written: {error}."


def _conversation(request: ModelRequest) -> Conversation:
    return request.system_prompt, *(str(spec.get("name")) for spec in request.tool_specs or ())
