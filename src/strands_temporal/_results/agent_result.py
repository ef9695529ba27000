"""An AgentResult as JSON values and back, with all that is in it.

Strands' own `AgentResult.to_dict` leaves out metrics, state, interrupts and structured output. It is an object of one
key, so that a converter that knows nothing of it cannot take it for the dataclass and lose a part of it unnoticed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from strands.agent.agent_result import AgentResult
from strands.experimental.checkpoint import Checkpoint
from strands.interrupt import Interrupt
from strands.telemetry.metrics import (
    AgentInvocation,
    EventLoopCycleMetric,
    EventLoopMetrics,
    ToolMetrics,
    Trace,
)

from .._errors import InvalidArgumentError
from .._model import codec
from . import output_class

T = TypeVar("T")

KEY = "strandsTemporalAgentResult"


def encode(result: AgentResult) -> dict[str, Any]:
    """Write a result.

    Raises:
        InvalidArgumentError: A part of it cannot be written; the message names it.
    """
    output, checkpoint = result.structured_output, result.checkpoint
    parts: dict[str, Any] = {
        "stop_reason": result.stop_reason,
        "message": result.message,
        "metrics": _plain(result.metrics),
        "state": result.state,
        "interrupts": None if result.interrupts is None else [_plain(each) for each in result.interrupts],
        "checkpoint": None if checkpoint is None else checkpoint.to_dict(),
    }
    written = {name: _written(name, value) for name, value in parts.items()}
    written["structured_output"] = None if output is None else _output(output)
    return {KEY: written}


def decode(value: Any) -> AgentResult:
    """Read what `encode` wrote.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(value, AgentResult):
        return value
    if not isinstance(value, Mapping) or KEY not in value:
        raise ValueError(f"no AgentResult: an object with the key {KEY!r} was expected")
    try:
        return _read(cast("dict[str, dict[str, Any]]", value)[KEY])
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"no AgentResult: {type(error).__name__}: {error}") from error


def _read(written: Mapping[str, Any]) -> AgentResult:
    parts = {name: codec.decode(part) for name, part in written.items() if name != "structured_output"}
    output: Any = written.get("structured_output")
    interrupts, checkpoint = parts["interrupts"], parts.get("checkpoint")
    return AgentResult(
        stop_reason=parts["stop_reason"],
        message=parts["message"],
        metrics=_metrics(parts["metrics"]),
        state=parts["state"],
        interrupts=None if interrupts is None else [_make(Interrupt, each) for each in interrupts],
        structured_output=output and output_class.instance(output["class"], json.dumps(codec.decode(output["value"]))),
        checkpoint=checkpoint and Checkpoint.from_dict(checkpoint),
    )


def _plain(value: Any) -> Any:
    """Metrics and interrupts as dicts; what is in messages and metadata stays as it is."""
    if isinstance(value, Trace):
        return {name: _plain(part) if name == "children" else part for name, part in vars(value).items()}
    if isinstance(value, EventLoopMetrics):  # of a class of this package too, which has fields of its own
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(EventLoopMetrics)}
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast("dict[str, Any]", value).items()}
    return value


def _metrics(values: Mapping[str, Any]) -> EventLoopMetrics:
    tools = {name: _make(ToolMetrics, each) for name, each in values["tool_metrics"].items()}
    invocations = [
        _make(AgentInvocation, {**each, "cycles": [_make(EventLoopCycleMetric, cycle) for cycle in each["cycles"]]})
        for each in values["agent_invocations"]
    ]
    traces = [_trace(each) for each in values["traces"]]
    return _make(
        EventLoopMetrics, {**values, "tool_metrics": tools, "agent_invocations": invocations, "traces": traces}
    )


def _trace(values: Mapping[str, Any]) -> Trace:
    trace = Trace.__new__(Trace)  # its __init__ would draw an id
    vars(trace).update(values, children=[_trace(each) for each in values["children"]])
    return trace


def _make(kind: type[T], values: Mapping[str, Any]) -> T:
    """An object of a dataclass, without fields that another version of Strands has."""
    names = {each.name for each in dataclasses.fields(cast(Any, kind))}
    return kind(**{name: value for name, value in values.items() if name in names})


def _output(output: BaseModel) -> dict[str, Any]:
    try:
        value = codec.encode(output.model_dump(mode="json", round_trip=True))
    except Exception as error:
        kind = type(output).__name__
        raise _refused(f"its structured_output, of type {kind}: {error}") from error
    return {"class": output_class.reference(type(output)), "value": value}


def _written(name: str, value: Any) -> Any:
    try:
        return codec.encode(value)
    except TypeError:
        pass
    try:  # dataclasses, pydantic models, dates and the like, as Temporal's pydantic converter writes them
        return codec.encode(to_jsonable_python(value, bytes_mode="base64"))
    except Exception as error:
        path = next(_unwritable(name, value), name)
        raise _refused(f"{path}: {error}") from error


def _refused(what: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"The AgentResult cannot be recorded because of {what}. Take it out of the result, or return or pass what is "
        "needed of it: str(result), result.message, result.structured_output."
    )


def _unwritable(path: str, value: Any) -> Iterator[str]:
    """The paths of the parts of a value that are the reason why it cannot be written."""
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        parts = cast(Mapping[Any, Any], value).items()
    elif isinstance(value, (list, tuple)):
        parts = enumerate(cast("list[Any]", value))
    for name, part in parts:
        try:
            to_jsonable_python(part, bytes_mode="base64")
        except Exception:
            yield from _unwritable(f"{path}[{name!r}]", part)
            return
    yield f"{path} (of type {type(cast(object, value)).__name__})"
