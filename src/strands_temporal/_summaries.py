"""What the Web UI says of an activity: one short line without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ._secrets import MASK, is_secret, without_secrets

LENGTH = 80
"""Characters that a summary may have; it stands in the history for every call."""

_VALUE = 24  # characters of one argument
_DEPTH = 3  # of lists and objects in an argument


def of_model_call(model_name: str | None, agent_name: str | None, turn: int) -> str:
    """The summary of a model call, as `claude: turn 3`, or `researcher · claude: turn 3`.

    Args:
        model_name: The name that the agent gave; None for the default model.
        agent_name: The agent's name, if it has one of its own.
        turn: Which of the agent's model calls it is, from 1.
    """
    model = model_name or "model"
    who = f"{agent_name} · {model}" if agent_name else model
    return f"{one_line(who, LENGTH - 20)}: turn {turn}"


def of_tool_call(tool_name: str, tool_input: Any) -> str:
    """The summary of a tool call, as `fetch_weather(city=Paris)`, with secrets masked."""
    if not isinstance(tool_input, Mapping):
        return one_line(tool_name, LENGTH)
    written = f"{one_line(tool_name, LENGTH // 2)}("
    for number, (name, value) in enumerate(cast("Mapping[Any, Any]", tool_input).items()):
        written += f"{', ' if number else ''}{_name(name)}={_masked(str(name), value)}"
        if len(written) >= LENGTH:
            return one_line(written, LENGTH)
    return one_line(f"{written})", LENGTH)


def of_sandbox(sandbox_name: str, operation: str, shown: Any) -> str:
    """The summary of an operation in a sandbox, as `build: pytest -q` or `build: read_file /etc/hosts`.

    Args:
        sandbox_name: The sandbox.
        operation: What is done.
        shown: The command, the code or the path.
    """
    what = "" if operation == "execute" else f"{operation} "
    # Looked at before its end is cut off: a secret that is cut may not show itself any more.
    text = without_secrets(str(shown)[: 4 * LENGTH])
    return one_line(f"{one_line(sandbox_name, LENGTH // 4)}: {what}{text}", LENGTH)


def one_line(text: str, length: int) -> str:
    """A text as one printable line of at most so many characters."""
    cut = text[: length + 1]
    if not cut.isprintable():
        cut = " ".join("".join(char if char.isprintable() else " " for char in cut).split())
    return cut if len(text) <= length else f"{cut[: length - 1]}…"


def _name(name: Any) -> str:
    return one_line(without_secrets(str(name)[: 4 * _VALUE]), _VALUE)


def _masked(name: str, value: Any) -> str:
    if is_secret(name, value):
        return MASK
    if isinstance(value, str):
        # Looked at before its end is cut off: a secret that is cut may not show itself any more.
        return one_line(without_secrets(value[: 4 * _VALUE]), _VALUE)
    if value is None or isinstance(value, (bool, int, float)):
        return one_line(str(value), _VALUE)
    return one_line("".join(_pieces(value, _DEPTH)), _VALUE)


def _pieces(value: Any, depth: int) -> Iterator[str]:
    """A list or an object in short; no more of it is looked at than a summary shows."""
    if isinstance(value, Mapping):
        yield "{"
        for number, (name, each) in enumerate(cast("Mapping[Any, Any]", value).items()):
            if number == _DEPTH:
                yield ", …"
                break
            yield f"{', ' if number else ''}{_name(name)}: "
            if depth and isinstance(each, (Mapping, list, tuple)) and not is_secret(name, each):
                yield from _pieces(each, depth - 1)
            else:
                yield _leaf(str(name), each)
        yield "}"
    elif isinstance(value, (list, tuple)):
        items = cast("Sequence[Any]", value)
        yield "["
        for number, each in enumerate(items[:_DEPTH]):
            yield ", " if number else ""
            if depth and isinstance(each, (Mapping, list, tuple)):
                yield from _pieces(each, depth - 1)
            else:
                yield _leaf("", each)
        yield ", …]" if len(items) > _DEPTH else "]"
    else:
        yield type(value).__name__  # bytes and whatever else is no JSON


def _leaf(name: str, value: Any) -> str:
    return "…" if isinstance(value, (Mapping, list, tuple)) and not is_secret(name, value) else _masked(name, value)
