"""What a server asks during the one call that uses its connection: answered from what is known, or an interrupt."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import anyio
from mcp import types
from strands.interrupt import Interrupt

from . import elicitation
from .errors import answer_of

URL_ELICITATION_REQUIRED = -32042
"""Code of the error by which a server says that the user has to visit an address before the call is made again."""


class Asking:
    """One call, and what its server asks."""

    def __init__(self, server: str, use_id: str, answers: Mapping[str, Any]) -> None:
        """Begin, on the worker's loop.

        Args:
            server: Name of the server.
            use_id: Id of the call.
            answers: What was answered before, by the interrupts' ids.
        """
        self.interrupt: asyncio.Future[Interrupt] = asyncio.get_running_loop().create_future()
        """The first question that nobody has answered."""
        self._server = server
        self._use_id = use_id
        self._answers = answers
        self._asked: Counter[str] = Counter()

    async def answer(self, params: Any) -> Any:
        """Answer a question, on the connection's thread; where there is no answer, the call is about to be ended."""
        fields = _fields(params)
        first = elicitation.interrupt(self._server, self._use_id, fields, 0)
        before = self._asked[first.id]
        self._asked[first.id] += 1
        asked = elicitation.interrupt(self._server, self._use_id, fields, before)
        if (known := self._answers.get(asked.id)) is not None:
            return types.ElicitResult(**known)
        self.interrupt.get_loop().call_soon_threadsafe(self._ask, asked)
        await anyio.sleep_forever()

    def required(self, error: BaseException) -> Interrupt | None:
        """The question in an error that requires a visit of the user, unless it has been declined."""
        found = _required(error)
        asked = [elicitation.interrupt(self._server, self._use_id, _fields(params), 0) for params in found]
        if any(self._answers.get(each.id, {}).get("action") in ("decline", "cancel") for each in asked):
            return None
        return next((each for each in asked if each.id not in self._answers), asked[0] if asked else None)

    def _ask(self, asked: Interrupt) -> None:
        if not self.interrupt.done():
            self.interrupt.set_result(asked)


class Questions:
    """The questions over one connection."""

    def __init__(self) -> None:
        """Create them."""
        self._call: Asking | None = None

    @contextmanager
    def of(self, call: Asking) -> Generator[None, None, None]:
        """What is asked inside of this is asked by that call."""
        self._call = call
        try:
            yield
        finally:
            self._call = None

    async def elicit(self, context: Any, params: Any) -> Any:
        """The client's `elicitation_callback`, on the connection's thread."""
        if self._call is None:
            return types.ErrorData(code=types.INVALID_REQUEST, message="No call of a tool is under way")
        return await self._call.answer(params)


def is_required(error: BaseException) -> bool:
    """Whether an error requires that the user visits an address."""
    return bool(_required(error))


def _required(error: BaseException) -> list[Any]:
    answer = answer_of(error)
    if answer is None or answer.code != URL_ELICITATION_REQUIRED:
        return []
    try:
        return types.ElicitationRequiredErrorData.model_validate(answer.data).elicitations
    except ValueError:
        return []


def _fields(params: Any) -> dict[str, Any]:
    fields: dict[str, Any] = params.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {key: value for key, value in fields.items() if key not in ("_meta", "task")}
