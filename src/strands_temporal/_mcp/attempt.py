"""One attempt of a call: what it tells Temporal and the workflow's stream, and what it knows of attempts before it."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from .errors import FAILURE_TYPE, ServerLostError
from .progress import ProgressStream
from .wire import VERSION, CallRequest

_NEVER_SENT_UNTIL = "never_sent_until"
"""Entry of the heartbeat's details: up to this attempt the server has got no request."""


class Attempt:
    """One attempt."""

    def __init__(self, request: CallRequest) -> None:
        """Begin."""
        self._request = request
        self._details: dict[str, Any] = {"version": VERSION}
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()  # by which it is known whose heartbeat it is
        self._ended = False
        self._stream: ProgressStream | None = None
        if request.progress is not None:
            use = {"name": request.shown_name, "toolUseId": request.tool_use_id, "input": request.arguments}
            self._stream = ProgressStream(*request.progress, use)

    def beat(self) -> None:
        """Make a heartbeat."""
        activity.heartbeat(self._details)

    def progress(self, progress: float, total: float | None, message: str | None) -> None:
        """The tool is that far; called on another thread."""
        said = {"progress": progress, "total": total, "message": message}
        said = {key: value for key, value in said.items() if value is not None}
        self._loop.call_soon_threadsafe(self._note, said, context=self._context)

    async def close(self) -> None:
        """The attempt has ended."""
        self._ended = True
        if self._stream is not None:
            await self._stream.close()

    def failed(self, error: ServerLostError) -> None:
        """The attempt fails by a lost connection.

        Raises:
            ApplicationError: The call may have run, and must not run twice.
        """
        if not error.sent:
            self._details[_NEVER_SENT_UNTIL] = activity.info().attempt
            self.beat()
        elif not self._request.repeatable:
            raise _may_have_run(f"{error}.") from None

    def refuse_if_it_may_have_run(self) -> None:
        """End an attempt before it has begun, if the call may have run and must not run twice.

        Raises:
            ApplicationError: It must not run.
        """
        before = activity.info().attempt - 1
        if self._request.repeatable or before == 0:
            return
        for details in activity.info().heartbeat_details:
            if isinstance(details, Mapping) and details.get(_NEVER_SENT_UNTIL) == before:  # pyright: ignore[reportUnknownMemberType]
                self._details[_NEVER_SENT_UNTIL] = before
                return
        raise _may_have_run(f"its attempt {before} ended without a word; its worker died, or its time was over.")

    def _note(self, said: Mapping[str, Any]) -> None:
        if self._ended:
            return
        self._details = {**self._details, **said}
        self.beat()
        if self._stream is not None:
            self._stream.say(said)


def _may_have_run(why: str) -> ApplicationError:
    message = f"The tool may have run, or not: {why} It is not called again, for that could have a second effect."
    return ApplicationError(message, type=FAILURE_TYPE, non_retryable=True)
