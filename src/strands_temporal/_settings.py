"""What a plugin says to all the agents of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ._errors import InvalidOptionError, named
from ._model.limits import PAYLOAD_LIMIT
from ._model.liveness import STREAM_IDLE_TIMEOUT


@dataclass
class WorkerSettings:
    """Settings of one worker; they do not change once it runs.

    Attributes:
        sync_calls: Whether sync code in workflows may wait.
        payload_limit: Bytes that the input or result of an activity may have; None for any number.
        stream_idle_timeout: How long a model's stream may be silent; None for any time.
        summaries: Whether activities of agents get a summary where the user gives none.
        details: Whether a workflow's current details show its agents.
    """

    sync_calls: bool = True
    payload_limit: int | None = PAYLOAD_LIMIT
    stream_idle_timeout: timedelta | None = STREAM_IDLE_TIMEOUT
    summaries: bool = True
    details: bool = True

    def checked(self) -> WorkerSettings:
        """These settings, if they are valid.

        Raises:
            InvalidOptionError: One has a wrong type or value.
        """
        idle, limit = self.stream_idle_timeout, self.payload_limit
        if idle is not None and not (isinstance(idle, timedelta) and idle > timedelta(0)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidOptionError(
                f"StrandsPlugin(stream_idle_timeout=...) takes a timedelta longer than zero, or None, not "
                f"{named(idle)}."
            )
        if limit is not None and not (type(limit) is int and limit > 0):
            raise InvalidOptionError(
                f"StrandsPlugin(payload_limit=...) takes a number of bytes greater than zero, or None, not "
                f"{named(limit)}."
            )
        for name in ("summaries", "details"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidOptionError(f"StrandsPlugin({name}=...) takes True or False, not {getattr(self, name)!r}.")
        return self

    def merge(self, other: WorkerSettings) -> None:
        """Take over what another plugin of the worker says, where it says something else than the default."""
        default = WorkerSettings()
        for name in self.__dataclass_fields__:
            if getattr(other, name) != getattr(default, name):
                setattr(self, name, getattr(other, name))
