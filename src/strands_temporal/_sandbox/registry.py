"""A worker's sandboxes: which there are, and how the one of a workflow is got at."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from strands.sandbox import Sandbox

from .._errors import InvalidOptionError, named
from .context import SandboxFactory, SandboxWorkflowContext
from .env_refs import AllowAllWorkerEnvVars, WorkerEnv


class UnknownSandboxError(ValueError):
    """A workflow names a sandbox that its worker does not know."""


class SandboxRegistry:
    """The sandboxes of one worker."""

    def __init__(
        self,
        factories: Mapping[str, SandboxFactory] | None = None,
        resolvable_worker_env_vars: Iterable[str] | AllowAllWorkerEnvVars = (),
    ) -> None:
        """Take what the user gave to the plugin.

        Args:
            factories: The user's `sandboxes`; None for no sandboxes.
            resolvable_worker_env_vars: What workflows may refer to.

        Raises:
            InvalidOptionError: One of them is something else.
        """
        _check(factories)
        self._factories: dict[str, SandboxFactory] = dict(factories or {})
        self.worker_env = WorkerEnv(resolvable_worker_env_vars)

    def copy(self) -> SandboxRegistry:
        """The same for another worker, which may add to it."""
        registry = SandboxRegistry(self._factories)
        registry.worker_env.add(self.worker_env)
        return registry

    def add(self, other: SandboxRegistry) -> None:
        """Add what another plugin of the worker has; its sandboxes win over those of the same name."""
        self._factories.update(other._factories)
        self.worker_env.add(other.worker_env)

    @asynccontextmanager
    async def open(self, name: str, context: SandboxWorkflowContext) -> AsyncGenerator[Sandbox, None]:
        """The sandbox of a workflow, for one operation.

        Raises:
            UnknownSandboxError: There is none of that name.
            TypeError: The factory returned something else.
            Exception: What the factory raised.
        """
        if (factory := self._factories.get(name)) is None:
            raise UnknownSandboxError(self._unknown(name))
        made: Any = factory(context)
        if inspect.isawaitable(made):
            made = await made
        if isinstance(made, Sandbox):
            yield made
            return
        if not isinstance(made, AbstractAsyncContextManager):
            raise TypeError(_not_a_sandbox(name, "returned", made))
        async with made as sandbox:  # pyright: ignore[reportUnknownVariableType]
            if not isinstance(sandbox, Sandbox):
                raise TypeError(_not_a_sandbox(name, "gave an async context manager of", sandbox))
            yield sandbox

    def _unknown(self, name: str) -> str:
        if not self._factories:
            return (
                f"This worker's StrandsPlugin has no sandboxes, so TemporalSandbox({name!r}) has nowhere to run. Give "
                f"it a factory on every worker of this task queue: StrandsPlugin(sandboxes={{{name!r}: ...}})."
            )
        known = ", ".join(repr(each) for each in sorted(self._factories))
        return (
            f"Unknown sandbox name {name!r}. This worker's StrandsPlugin(sandboxes=...) knows: {known}. Correct the "
            "name in TemporalSandbox(...), or register it on every worker of this task queue."
        )


def _not_a_sandbox(name: str, how: str, value: Any) -> str:
    return (
        f"The factory of sandbox {name!r} in StrandsPlugin(sandboxes=...) {how} {type(value).__name__}. It has to "
        "return a strands Sandbox, or an async context manager of one."
    )


def _check(factories: Any) -> None:
    if factories is None:
        return
    if not isinstance(factories, Mapping):
        raise InvalidOptionError(
            f"StrandsPlugin(sandboxes=...) takes a mapping of names to functions, not {type(factories).__name__}: "
            "StrandsPlugin(sandboxes={'build': lambda context: DockerSandbox(...)})."
        )
    for name, factory in factories.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str) or not name:
            raise InvalidOptionError(f"StrandsPlugin(sandboxes=...) has the name {named(name)}; names are text.")
        if isinstance(factory, Sandbox) or not callable(factory):  # pyright: ignore[reportUnknownArgumentType]
            raise InvalidOptionError(
                f"StrandsPlugin(sandboxes={{{name!r}: ...}}) takes a function of the workflow's context that makes or "
                f"finds its sandbox, not a {type(factory).__name__} object: {{{name!r}: lambda context: ...}}."  # pyright: ignore[reportUnknownArgumentType]
            )
