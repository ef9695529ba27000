"""References to environment variables of the worker, which a sandbox's worker resolves and nobody else.

Wire format: the form of a reference stands in histories.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from .._errors import InvalidOptionError, named

_PREFIX = "temporal.worker_env_ref:"
_REFERENCE = re.compile(re.escape(_PREFIX) + r"\{([^{}]*)\}")


@dataclass(frozen=True)
class AllowAllWorkerEnvVars:
    """Lets workflows refer to every environment variable of the worker.

    For `StrandsPlugin(resolvable_worker_env_vars=AllowAllWorkerEnvVars())`, on workers where all workflow code may know
    all that the worker knows. Elsewhere, give the names of the variables.
    """


def temporal_worker_env_ref(name: str) -> str:
    """Refer to an environment variable of the worker that runs a sandbox's commands.

    The text that is returned holds the variable's name alone, so the value is in neither workflow nor history. It
    stands for the value in `env` of `execute` and `execute_code`, also as a part of an entry:
    `env={"AUTH": "Bearer " + temporal_worker_env_ref("API_KEY")}`. The worker has to allow the name, by
    `StrandsPlugin(resolvable_worker_env_vars=["API_KEY"])`.

    Args:
        name: The variable's name, exactly.

    Raises:
        InvalidOptionError: `name` is not the name of a variable.
    """
    if not isinstance(name, str) or not name or set(name) & set("{}=\0"):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidOptionError(f"temporal_worker_env_ref(...) takes the name of a variable, not {named(name)}.")
    return f"{_PREFIX}{{{name}}}"


class WorkerEnv:
    """The variables of a worker's environment that workflows may refer to."""

    def __init__(self, allowed: Iterable[str] | AllowAllWorkerEnvVars = ()) -> None:
        """Take what the user gave.

        Args:
            allowed: Names of variables, or all.

        Raises:
            InvalidOptionError: It is something else.
        """
        self._all = isinstance(allowed, AllowAllWorkerEnvVars)
        self._names = set[str]() if isinstance(allowed, AllowAllWorkerEnvVars) else _names(allowed)

    def add(self, other: WorkerEnv) -> None:
        """Allow what another plugin of the worker allows too."""
        self._all = self._all or other._all
        self._names |= other._names

    def resolve(self, env: Mapping[str, str] | None) -> tuple[dict[str, str] | None, list[str]]:
        """Put values where references are.

        Args:
            env: Environment of a command.

        Returns:
            The environment to run it with, and the values that stood for references.

        Raises:
            InvalidOptionError: A reference is to a variable that is not allowed, or not set.
        """
        values: list[str] = []

        def value(match: re.Match[str]) -> str:
            values.append(self._value(match.group(1)))
            return values[-1]

        if env is None:
            return None, values
        resolved = {
            name: _REFERENCE.sub(value, text) if isinstance(text, str) else text  # pyright: ignore[reportUnnecessaryIsInstance]
            for name, text in env.items()
        }
        return resolved, values

    def _value(self, name: str) -> str:
        if not self._all and name not in self._names:
            allowed = ", ".join(repr(each) for each in sorted(self._names)) or "none"
            raise InvalidOptionError(
                f"temporal_worker_env_ref({name!r}): this worker does not let workflows refer to that variable "
                f"(allowed: {allowed}), so the command was not run. Allow it on every worker that runs this sandbox: "
                f"StrandsPlugin(resolvable_worker_env_vars=[{name!r}, ...])."
            )
        if (found := os.environ.get(name)) is None:
            raise InvalidOptionError(
                f"temporal_worker_env_ref({name!r}): that variable is not set in the worker's environment, so the "
                "command was not run. Set it for every worker that runs this sandbox, or correct the name."
            )
        return found


def _names(allowed: Any) -> set[str]:
    option = "StrandsPlugin(resolvable_worker_env_vars=...)"
    if allowed is AllowAllWorkerEnvVars:
        raise InvalidOptionError(f"{option} takes an object of AllowAllWorkerEnvVars: AllowAllWorkerEnvVars().")
    is_several = isinstance(allowed, Iterable) and not isinstance(allowed, (str, bytes))
    names: list[Any] = list(cast("Iterable[Any]", allowed)) if is_several else [None]
    if not all(isinstance(name, str) and name for name in names):
        raise InvalidOptionError(
            f"{option} takes names of environment variables in a list, as ['API_KEY'], or AllowAllWorkerEnvVars(), not "
            f"{named(allowed)}."
        )
    return set(names)
