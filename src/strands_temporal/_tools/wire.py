"""What crosses between an activity tool and its activity beside the user's own arguments and result.

A header marks the activity as a tool call of an agent. Its result is recorded as the user's function returned it,
except where that would lose something: then it is an object of one key, written by our own codec, which looks the
same under every converter. An interrupt is such an object too, and so a RESULT: no retry policy, failure converter or
lost worker can make the server run the tool again before someone has answered.

A call of a hook has that header too, so that its errors are judged as a tool's are; its result is as it is, for nobody
reads it.

A call whose arguments are too large is made without them, and its header says so: then it is recorded that it was
refused, whatever limit is in force when the workflow is replayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from strands.interrupt import Interrupt, InterruptException
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.exceptions import ApplicationError

from .._model import codec

HEADER = "strands-temporal-tool"
INTERRUPT_KEY = "strandsTemporalInterrupt"
RESULT_KEY = "strandsTemporalResult"

OFFICIAL_INTERRUPT_TYPE = "StrandsInterrupt"
"""Error type of an interrupt in histories of the official plugin."""


def header(tool_name: str, refused: str | None = None) -> Payload:
    """The mark of a tool call, and why it must not run; the default converter writes it, whatever the user's own is."""
    more = {} if refused is None else {"refused": refused}
    return PayloadConverter.default.to_payload({"tool": tool_name, **more})


def hook_header(activity_name: str, refused: str | None = None) -> Payload:
    """The mark of a hook's call, and why it must not run."""
    more = {} if refused is None else {"refused": refused}
    return PayloadConverter.default.to_payload({"hook": activity_name, **more})


def is_hook(header: Payload) -> bool:
    """Whether the call with that header is a hook's."""
    return "hook" in PayloadConverter.default.from_payload(header)


def tool_of(header: Payload) -> str:
    """The tool that the call with that header is of."""
    return PayloadConverter.default.from_payload(header)["tool"]


def refusal(header: Payload) -> str | None:
    """Why the call with that header must not run."""
    return PayloadConverter.default.from_payload(header).get("refused")


def encode_interrupt(exception: InterruptException) -> dict[str, Any]:
    """Write an interrupt that a tool raised."""
    interrupt = exception.interrupt
    try:
        reason = codec.encode(interrupt.reason)
    except TypeError:
        reason = codec.encode(str(interrupt.reason))  # an approval with less to read, rather than none
    return {INTERRUPT_KEY: {"id": interrupt.id, "name": interrupt.name, "reason": reason}}


def interrupt_failure(exception: InterruptException) -> ApplicationError:
    """The interrupt as a failure that is not retried, in the form of the official plugin."""
    fields = encode_interrupt(exception)[INTERRUPT_KEY]
    return ApplicationError(
        f"interrupt:{fields['name']}", {**fields, "response": None}, type=OFFICIAL_INTERRUPT_TYPE, non_retryable=True
    )


def decode_interrupt(result: Any) -> Interrupt | None:
    """The interrupt that a result carries, if it is one."""
    if isinstance(result, Mapping) and INTERRUPT_KEY in result:
        fields = cast(dict[str, Any], result[INTERRUPT_KEY])
        return Interrupt(id=fields["id"], name=fields["name"], reason=codec.decode(fields["reason"]))
    return None


def encode_result(result: Any) -> Any:
    """The result to record: the user's own, or where JSON would lose something of it, written by our codec."""
    return {RESULT_KEY: codec.encode(result)} if codec.needs_escape(result) else result


def decode_result(result: Any) -> Any:
    """The result as the activity returned it."""
    if isinstance(result, Mapping) and RESULT_KEY in result:
        return codec.decode(result[RESULT_KEY])
    return result  # pyright: ignore[reportUnknownVariableType]
