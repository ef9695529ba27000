"""Which calls need approval: names of tools, functions of the tool use, or both."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, cast

from strands.types.tools import ToolUse

from .._errors import InvalidOptionError, named

Predicate: TypeAlias = Callable[[ToolUse], bool]
ToolRule: TypeAlias = str | Predicate | Iterable[str | Predicate]


class Rule:
    """Says of a call whether it needs approval."""

    def __init__(self, given: ToolRule) -> None:
        """Take what the user gave.

        Raises:
            InvalidOptionError: It is neither names nor functions, or a function is async.
        """
        self.names: set[str] = set()
        self._predicates: list[Predicate] = []
        parts: list[Any] = [given] if isinstance(given, str) or callable(given) else _parts(given)
        for part in parts:
            if isinstance(part, str):
                self.names.add(part)
            elif not callable(part):
                raise InvalidOptionError(_TAKES.format(named(part)))
            elif inspect.iscoroutinefunction(part):
                raise InvalidOptionError(
                    f"Approvals(tools=...) takes functions that return True or False; {named(part)} is async, so what "
                    "it returns is always true."
                )
            else:
                self._predicates.append(cast(Predicate, part))

    def covers(self, tool_name: str, use: ToolUse) -> bool:
        """Whether a call needs approval.

        Args:
            tool_name: Name of the tool that would run; a hook may have chosen another than the model.
            use: The call, with the name that the model gave.
        """
        calls: list[ToolUse] = [use]
        if tool_name != use["name"]:
            calls.append({**use, "name": tool_name})
        return any(call["name"] in self.names or any(each(call) for each in self._predicates) for call in calls)


_TAKES = "Approvals(tools=...) takes names of tools, a function of the tool use, or several of these, not {}."


def _parts(given: Any) -> list[Any]:
    try:
        return list(given)
    except TypeError:
        raise InvalidOptionError(_TAKES.format(named(given))) from None
