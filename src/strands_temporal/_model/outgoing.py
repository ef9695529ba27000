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
from .request import FIELDS, MAY_ASK, PACKED, VERSION, ModelReply, ModelRequest
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
        whole: All of it, for an activity in this process; None where only its wire form tells it exactly.
        base: In a replay: the call that it edits, which may not be the last one any more when all of it is asked for.
    """

    wire: dict[str, Any]
    conversation: Conversation
    sent: Digested | bytes | None
    whole: FrozenRequest | None = None
    base: Answered | None = None


class Answered:
    """A call that the next request of its conversation edits."""

    def __init__(self, activity_id: str, sent: Digested | bytes, reply: ModelReply) -> None:
        """Take over a draft and its reply; nothing is computed before it is needed."""
        self.activity_id = activity_id
        self._sent = sent
        self._events = reply.events

    def request(self) -> Digested:
        """The digests of the request."""
        if isinstance(self._sent, bytes):
            messages, fields = marshal.loads(self._sent)
            self._sent = write(messages, fields, Digested()).digests
        return self._sent

    def messages(self) -> bytes:
        """The digests of the request's messages and of the reply's, if its events make one."""
        message = reply_message(self._events)
        reply = b"" if message is None else digest(canonical(codec.encode(message)))
        return self.request().messages + reply


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
                return Draft({"version": VERSION}, conversation, sent, base=base)
            except ValueError:
                pass  # objects that only `codec.encode` knows
        draft = _edit(request, conversation, base, more, limit)
        # What was sent has to be at hand to be sent again, as it was.
        return replace(draft, wire={**draft.wire, MAY_ASK: True}) if may_ask and draft.whole is not None else draft

    def draft_again(self, draft: Draft, more: Mapping[str, Any], limit: int | None, *, whole: bool) -> Draft:
        """Write a request for a worker that asked for all of it.

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
        if isinstance(draft.sent, bytes):  # it was drafted in a replay
            messages, fields = marshal.loads(draft.sent)
            request = ModelRequest(fields.pop("model_name", None), messages=messages, **fields)
            draft = _edit(request, draft.conversation, draft.base, more, limit)
        if whole and draft.whole is not None:
            request = draft.whole.to_request()
            fields = {name: codec.encode(value) for name, value in request.fields().items()}
            packed = pack(request.messages)
            if len(packed) + len(canonical(fields)) <= (WHOLE_BYTES if limit is None else min(limit, WHOLE_BYTES)):
                wire = {"version": VERSION, PACKED: packed, **fields, "digest": draft.wire["digest"], **more}
                return replace(draft, wire=wire)
        return replace(draft, wire={name: value for name, value in draft.wire.items() if name != MAY_ASK})

    def answered(self, draft: Draft, reply: ModelReply) -> None:
        """Take a call that has succeeded as the one that its conversation's next request edits."""
        if draft.sent is None or reply.activity_id is None:  # a call of an older version has no id
            return
        self._answered[draft.conversation] = Answered(reply.activity_id, draft.sent, reply)
        self._answered.move_to_end(draft.conversation)
        if len(self._answered) > CONVERSATIONS:
            self._answered.popitem(last=False)


def _edit(
    request: ModelRequest, conversation: Conversation, base: Answered | None, more: Mapping[str, Any], limit: int | None
) -> Draft:
    """Write a request as an edit of a call, of the same conversation if there is one; whole without a call."""
    fields = request.fields()
    before = base.request() if base else Digested()
    try:
        sent, new, new_fields, whole = write(request.messages, fields, before)
    except TypeError as error:
        refused = {"type": "TypeError", "message": _why_not_written(request, error)}
        return Draft({"version": VERSION, "refused": refused}, conversation, None)
    if limit is not None and (refused := refusal_of_size(request, new, new_fields, limit)):
        return Draft({"version": VERSION, "refused": refused}, conversation, None)
    wire: dict[str, Any] = {"version": VERSION}
    if base is not None:
        wire["parent"] = base.activity_id
    wire["messages"] = _steps(base.messages() if base else b"", sent.messages, new, request)
    for name in FIELDS:
        if sent.fields.get(name) != before.fields.get(name):
            value = fields.get(name)
            wire[name] = new_fields[name].encoded if name in new_fields else codec.encode(value)
    wire["digest"] = request_digest(sent.messages, sent.fields)
    return Draft({**wire, **more}, conversation, sent, whole)


def _steps(base: bytes, digests: bytes, new: Mapping[int, New], request: ModelRequest) -> list[Any]:
    added = split(digests[len(base) :])
    found: list[tuple[int, int] | int]
    if base and digests.startswith(base) and not any(each in base for each in added):
        # The conversation goes on, as most do; digests by the hundred need not be taken apart for that.
        count = len(base) // DIGEST_BYTES
        found = [(0, count), *range(count, count + len(added))]
    else:
        found = edits.diff(split(base), split(digests))
    steps: list[Any] = []
    for step in found:
        if isinstance(step, tuple):
            steps.append(list(step))
        else:
            steps.append(new[step].encoded if step in new else codec.encode(request.messages[step]))
    return steps


def _why_not_written(request: ModelRequest, error: TypeError) -> str:
    for name, value in parts(request):
        try:
            codec.encode(value)
        except TypeError as why:
            return f"The model request cannot be written, because of {name}: {why}."
    return f"The model request cannot be written: {error}."


def _conversation(request: ModelRequest) -> Conversation:
    return request.system_prompt, *(str(spec.get("name")) for spec in request.tool_specs or ())
