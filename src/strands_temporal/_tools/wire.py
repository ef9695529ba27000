"""What crosses between an activity tool and its activity beside the user's own arguments and result.

A header marks the activity as a tool call of an agent. Its result is recorded as the user's function returned it,
except where that would lose something, or look like what this package writes: then it is an object of one key, written
by our own codec, which looks the same under every converter. An interrupt is such an object too, and so a RESULT: no
retry policy, failure converter or lost worker can make the server run the tool again before someone has answered.

What a tool returns may come from anywhere, and its worker may have no plugin. So the header has a proof, which an
interrupt has to bring back. One without a proof is of version 0.2.0, and is read where nothing tells that the call was
made by a later version. All else is data, whatever it looks like.

A call of a hook has that header too, so that its errors are judged as a tool's are; its result is as it is, for nobody
reads it.

A call whose arguments are too large is made without them, and its header says so: then it is recorded that it was
refused, whatever limit is in force when the workflow is replayed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, cast

from strands.interrupt import Interrupt, InterruptException
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.exceptions import ApplicationError

from .._model import codec
from .._model.limits import DEPTH_LIMIT, RESULT_TOO_DEEP
from .._model.writable import writable

HEADER = "strands-temporal-tool"
INTERRUPT_KEY = "strandsTemporalInterrupt"
RESULT_KEY = "strandsTemporalResult"
PROOF_KEY = "strandsTemporalProof"

logger = logging.getLogger("strands_temporal")

OFFICIAL_INTERRUPT_TYPE = "StrandsInterrupt"
"""Error type of an interrupt in histories of the official plugin."""


def proof_of(tool_use_id: str) -> str:
    """What an interrupt of a call has to bring back; the same in a replay, and in no data that a tool reads."""
    return blake2b(
        f"{workflow.random_seed()}:{tool_use_id}".encode("utf-8", "surrogatepass"), digest_size=16
    ).hexdigest()


def header(tool_name: str, proof: str, refused: str | None = None) -> Payload:
    """The mark of a tool call, and why it must not run; the default converter writes it, whatever the user's own is."""
    more = {} if refused is None else {"refused": refused}
    return PayloadConverter.default.to_payload({"tool": tool_name, "proof": proof, **more})


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


def encode_interrupt(exception: InterruptException, header: Payload | None = None) -> dict[str, Any]:
    """Write an interrupt that a tool raised, with the proof that is in its call's header."""
    interrupt = exception.interrupt
    try:
        reason = codec.encode(writable(interrupt.reason, DEPTH_LIMIT))
    except TypeError as error:
        reason = f"{type(interrupt.reason).__name__}: {error}"  # an approval with less to read, rather than none
    proof = None if header is None else PayloadConverter.default.from_payload(header).get("proof")
    more = {} if proof is None else {PROOF_KEY: proof}  # a workflow of version 0.2.0 knows of none
    return {INTERRUPT_KEY: {"id": str(interrupt.id), "name": str(interrupt.name), "reason": reason}, **more}


def interrupt_failure(exception: InterruptException) -> ApplicationError:
    """The interrupt as a failure that is not retried, in the form of the official plugin."""
    fields = encode_interrupt(exception)[INTERRUPT_KEY]
    return ApplicationError(
        f"interrupt:{fields['name']}", {**fields, "response": None}, type=OFFICIAL_INTERRUPT_TYPE, non_retryable=True
    )


def decode_interrupt(result: Any, proof: str, *, unproved: bool) -> Interrupt | None:
    """The interrupt that a result is.

    Args:
        result: What is recorded.
        proof: The call's.
        unproved: Whether an interrupt may be one without a proof.

    Returns:
        The interrupt; None where it is data.
    """
    if not isinstance(result, Mapping) or INTERRUPT_KEY not in result:
        return None
    written = cast("Mapping[str, Any]", result)
    fields = written[INTERRUPT_KEY]
    interrupt = interrupt_of(fields)
    if (
        interrupt is None
        or fields.keys() != {"id", "name", "reason"}
        or not written.keys() <= {INTERRUPT_KEY, PROOF_KEY}
    ):
        return None
    if written.get(PROOF_KEY) == proof or (unproved and PROOF_KEY not in written):
        interrupt.reason = _decoded(interrupt.reason)
        return interrupt
    if not workflow.unsafe.is_replaying():
        logger.warning(
            "interrupt=<%s> | a tool's result looks like an interrupt, and is none: it is what the tool returned, or "
            "its worker has strands-temporal 0.2.0 or older and needs an update",
            interrupt.id,
        )
    return None


def interrupt_of(fields: Any) -> Interrupt | None:
    """The interrupt that has these fields, its reason as it is written; None where they are something else."""
    if not isinstance(fields, Mapping):
        return None
    given = cast("Mapping[str, Any]", fields)
    is_text = isinstance(given.get("id"), str) and isinstance(given.get("name"), str)
    return Interrupt(**given) if is_text and given.keys() <= {"id", "name", "reason", "response"} else None


def encode_result(result: Any, *, own: bool = False) -> Any:
    """The result to record: the user's own, or where it would be read as something else, written by our codec.

    Args:
        result: What the activity returned.
        own: Whether our codec is to write it in any case, with what is as pydantic writes it.

    Raises:
        TypeError: It has too many levels, or our codec has to write it and cannot.
    """
    if codec.is_too_deep(result, DEPTH_LIMIT):
        raise TypeError(RESULT_TOO_DEEP)
    if own or _has_to_be_written(result):
        return {RESULT_KEY: codec.encode(writable(result))}
    return result


def decode_result(result: Any) -> Any:
    """The result as the activity returned it; what `encode_result` cannot have written is data."""
    if not isinstance(result, dict) or cast("dict[str, Any]", result).keys() != {RESULT_KEY}:
        return cast(Any, result)
    value = _decoded(result[RESULT_KEY])
    return value if _has_to_be_written(value) else cast(Any, result)


def _has_to_be_written(result: Any) -> bool:
    looks_like_ours = isinstance(result, Mapping) and (INTERRUPT_KEY in result or RESULT_KEY in result)
    return looks_like_ours or codec.needs_escape(result)


def _decoded(written: Any) -> Any:
    """The value that our codec wrote so; None where it cannot have written that."""
    try:
        return codec.decode(written)
    except Exception:  # text that is no Base64, a number that is none
        return None
