"""The workflow side of edit scripts: writes each request as an edit of the one that was answered before it."""

from __future__ import annotations

import marshal
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from temporalio import workflow

from . import codec, edits
from .digested import Digested, New, split
from .limits import refusal_of_size
from .parts import parts
from .reply_message import reply_message
from .request import FIELDS, VERSION, ModelReply, ModelRequest
from .values import canonical, digest, request_digest

CONVERSATIONS = 4
"""How many conversations are told apart that share a model: an agent's own, and a summarizer's or a judge's."""


@dataclass(frozen=True)
class Draft:
    """A request that is being sent.

    Attributes:
        wire: The activity's input.
        conversation: Which conversation it goes on with.
        sent: Its digests; in a replay its messages and fields, marshalled; None if it is refused.
    """

    wire: dict[str, Any]
    conversation: bytes
    sent: Digested | bytes | None


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
            self._sent = Digested.of(messages, fields, Digested())[0]
        return self._sent

    def messages(self) -> list[bytes]:
        """The digests of the request's messages and of the reply's, if its events make one."""
        message = reply_message(self._events)
        reply = [] if message is None else [digest(canonical(codec.encode(message)))]
        return split(self.request().messages) + reply


class Outgoing:
    """The calls of one model object in one workflow run."""

    def __init__(self) -> None:
        """Start without a call to edit: the first request is whole."""
        self._answered: OrderedDict[bytes, Answered] = OrderedDict()

    def draft(self, request: ModelRequest, more: Mapping[str, Any], limit: int | None) -> Draft:
        """Write a request.

        While a workflow replays, inputs are not compared with the recorded ones, so nothing is written; only what the
        first live request needs is kept.

        Args:
            request: The request.
            more: Entries to add to its wire form.
            limit: Bytes that it may have at most; None for any number.

        Returns:
            The request. One that cannot be sent is replaced by a small one that makes the activity fail: so it is
            recorded that it was refused.
        """
        conversation = _conversation(request)
        fields = request.fields()
        if workflow.unsafe.is_replaying():
            try:
                return Draft({"version": VERSION}, conversation, marshal.dumps((request.messages, fields), 2))
            except ValueError:
                pass  # objects that only `codec.encode` knows
        base = self._answered.get(conversation) or next(reversed(self._answered.values()), None)
        before = base.request() if base else Digested()
        try:
            sent, new, new_fields = Digested.of(request.messages, fields, before)
        except TypeError as error:
            refused = {"type": "TypeError", "message": _why_not_written(request, error)}
            return Draft({"version": VERSION, "refused": refused}, conversation, None)
        if limit is not None and (refused := refusal_of_size(request, new, new_fields, limit)):
            return Draft({"version": VERSION, "refused": refused}, conversation, None)
        wire: dict[str, Any] = {"version": VERSION}
        if base is not None:
            wire["parent"] = base.activity_id
        wire["messages"] = _steps(base.messages() if base else [], split(sent.messages), new, request)
        for name in FIELDS:
            if sent.fields.get(name) != before.fields.get(name):
                value = fields.get(name)
                wire[name] = new_fields[name].encoded if name in new_fields else codec.encode(value)
        return Draft({**wire, "digest": request_digest(sent.messages, sent.fields), **more}, conversation, sent)

    def answered(self, draft: Draft, reply: ModelReply) -> None:
        """Take a call that has succeeded as the one that its conversation's next request edits."""
        if draft.sent is None or reply.activity_id is None:  # a call of an older version has no id
            return
        self._answered[draft.conversation] = Answered(reply.activity_id, draft.sent, reply)
        self._answered.move_to_end(draft.conversation)
        if len(self._answered) > CONVERSATIONS:
            self._answered.popitem(last=False)


def _steps(base: list[bytes], digests: list[bytes], new: Mapping[int, New], request: ModelRequest) -> list[Any]:
    steps: list[Any] = []
    for step in edits.diff(base, digests):
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


def _conversation(request: ModelRequest) -> bytes:
    """What tells an agent's own calls from those of others with the same model object."""
    names = [spec.get("name") for spec in request.tool_specs or ()]
    return blake2b(repr((request.system_prompt, names)).encode(errors="replace"), digest_size=8).digest()
