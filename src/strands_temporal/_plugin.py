"""StrandsPlugin: wires converter, sandbox, activities and interceptors into clients, workers and replayers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultPayloadConverter
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    Replayer,
    ReplayerConfig,
    Worker,
    WorkerConfig,
    WorkflowReplayResult,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from ._errors import InvalidOptionError
from ._interceptors import StrandsInterceptor
from ._model.activity import ModelActivities
from ._model.cache import RequestCache
from ._model.limits import PAYLOAD_LIMIT
from ._model.liveness import STREAM_IDLE_TIMEOUT
from ._model.registry import ModelFactory, ModelRegistry
from ._runtime import installed
from ._runtime.clients import with_data_converter
from ._settings import WorkerSettings

PASSTHROUGH_MODULES: dict[str, str] = {
    "strands_temporal": "this package: both sides of a call must share its classes, and its exceptions their identity",
    "strands": "half a second to import, and hooks, tools and exceptions are told apart by their classes",
    "strands_tools": "tools of the Strands community package; they do I/O at import",
    "mcp": "strands imports it; its pydantic models cannot be built from the sandbox's proxies",
    "httpx": "subclasses what the sandbox proxies; activities beside a workflow import it",
    "boto3": "subclasses what the sandbox proxies; activities beside a workflow import it",
    "botocore": "comes with boto3; its exceptions are told apart by their classes",
    "opentelemetry": "Strands' tracer and the current span live in one context variable of one copy",
    "pydantic_core": "the compiled part of pydantic, which temporalio passes through: two copies do not mix",
    "annotated_types": "constraint types that pydantic tells apart by their classes",
}
"""Modules that the workflow sandbox takes from the worker as they are, each with its reason."""


class StrandsPlugin(SimplePlugin):
    """Makes Strands agents in workflows durable.

    Give it to the client, to the worker or to both: the outcome is the same. One plugin object may serve several
    clients and workers; each worker has models of its own.
    """

    def __init__(
        self,
        *,
        models: Mapping[str, ModelFactory] | None = None,
        sync_calls: bool = True,
        stream_idle_timeout: timedelta | None = STREAM_IDLE_TIMEOUT,
        payload_limit: int | None = PAYLOAD_LIMIT,
    ) -> None:
        """Create the plugin.

        Args:
            models: Model factories by the name that `TemporalAgent(model=...)` gives. Each is called once per worker,
                on a thread, when its model is first needed. With models given, every agent must name one; without,
                agents call Strands' default `BedrockModel`, with botocore's own retries off.
            sync_calls: Whether sync code works in workflows: sync tools, and `agent("...")` in tools, hooks and
                workflow code. It costs about 20 microseconds for each step of a workflow's tasks; with False such
                code raises `SyncCallError`.
            stream_idle_timeout: How long a model may give nothing, from the call's beginning on and between two parts
                of its answer, before its connection is taken for dead and the call is tried again; 5 minutes by
                default, None for any time within the activity's timeouts.
            payload_limit: Bytes that the input or result of a model or tool call may have, as JSON. The default is
                what Temporal's server takes by default, 2 MiB less a margin of 16 KiB. None for any size, which is
                for servers and payload codecs that make do with it: where they do not, Temporal retries for ever.
                With external storage on the client there is no limit.

        Raises:
            InvalidOptionError: `models` is not a mapping of names to functions, or another argument has a wrong type
                or value. It is a `ValueError`.
        """
        _check_models(models)
        self._models = None if models is None else dict(models)
        self._settings = WorkerSettings(sync_calls, payload_limit, stream_idle_timeout).checked()
        self._cache = RequestCache()
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "strands-temporal", data_converter=_pydantic_by_default, workflow_runner=_with_passthrough_modules
        )

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        """See base class."""
        installed.install()
        config = super().configure_worker(config)
        # The converter is the client's; a plugin given to the worker alone must make the same one of it.
        config["client"] = with_data_converter(config["client"], _pydantic_by_default)  # pyright: ignore[reportTypedDictNotRequiredAccess]
        interceptor = _interceptor_of(config)
        if interceptor is not None:  # the worker has this plugin from its client too
            interceptor.merge(self._models, self._settings)
            return config
        models = ModelRegistry(self._models)
        settings = replace(self._settings)
        if config["client"].data_converter.external_storage is not None:  # pyright: ignore[reportTypedDictNotRequiredAccess]
            settings.payload_limit = None
        given: Any = config
        config["interceptors"] = [*(given.get("interceptors") or ()), StrandsInterceptor(models, settings)]
        activities = ModelActivities(models, self._cache, settings).activities()
        config["activities"] = [*(given.get("activities") or ()), *activities]
        return config

    def configure_replayer(self, config: ReplayerConfig) -> ReplayerConfig:
        """See base class."""
        installed.install()
        config = super().configure_replayer(config)
        if _interceptor_of(config) is None:
            interceptor = StrandsInterceptor(ModelRegistry(None), self._settings)
            config["interceptors"] = [*(config.get("interceptors") or ()), interceptor]
        return config

    async def run_worker(self, worker: Worker, next: Callable[[Worker], Awaitable[None]]) -> None:
        """See base class."""
        try:
            await next(worker)
        finally:
            _close(worker.config(active_config=True))

    @asynccontextmanager
    async def run_replayer(
        self,
        replayer: Replayer,
        histories: AsyncIterator[WorkflowHistory],
        next: Callable[
            [Replayer, AsyncIterator[WorkflowHistory]],
            AbstractAsyncContextManager[AsyncIterator[WorkflowReplayResult]],
        ],
    ) -> AsyncGenerator[AsyncIterator[WorkflowReplayResult], None]:
        """See base class."""
        try:
            async with next(replayer, histories) as results:
                yield results
        finally:
            _close(replayer.config(active_config=True))


def _interceptor_of(config: Any) -> StrandsInterceptor | None:
    found = (each for each in config.get("interceptors") or () if isinstance(each, StrandsInterceptor))
    return next(found, None)


def _close(config: WorkerConfig | ReplayerConfig) -> None:
    if (interceptor := _interceptor_of(config)) is not None:
        interceptor.close()


def _pydantic_by_default(converter: DataConverter | None) -> DataConverter:
    """Temporal's default payload converter becomes the pydantic one; a user's own stays, with all else of theirs."""
    converter = converter or DataConverter.default
    if converter.payload_converter_class is not DefaultPayloadConverter:
        return converter
    return replace(converter, payload_converter_class=PydanticPayloadConverter)


def _with_passthrough_modules(runner: WorkflowRunner | None) -> WorkflowRunner:
    if isinstance(runner, SandboxedWorkflowRunner):
        restrictions = _with_events(runner.restrictions.with_passthrough_modules(*PASSTHROUGH_MODULES))
        return replace(runner, restrictions=restrictions)
    if runner is None:
        raise InvalidOptionError("StrandsPlugin got no workflow runner; pass workflow_runner= to the Worker.")
    return runner


def _with_events(restrictions: SandboxRestrictions) -> SandboxRestrictions:
    """Allow `threading.Event`, which Strands takes as a `cancel_signal`; all of it but `wait` is deterministic."""
    members = restrictions.invalid_module_members
    if (matcher := members.children.get("threading")) is None:
        return restrictions
    children = {**members.children, "threading": replace(matcher, exclude={*matcher.exclude, "Event"})}
    return replace(restrictions, invalid_module_members=replace(members, children=children))


def _check_models(models: Any) -> None:
    if models is None:
        return
    if not isinstance(models, Mapping):
        raise InvalidOptionError(
            f"StrandsPlugin(models=...) takes a mapping of names to functions, not {type(models).__name__}: "
            "StrandsPlugin(models={'claude': lambda: AnthropicModel(...)})."
        )
    if not models:
        raise InvalidOptionError(
            "StrandsPlugin(models={}) names no model, so every model call would fail. Name one, or leave models out "
            "for Strands' default BedrockModel."
        )
    for name, factory in models.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str) or not name:
            raise InvalidOptionError(f"StrandsPlugin(models=...) has the name {name!r}; names are text.")
        if not callable(factory):  # pyright: ignore[reportUnknownArgumentType]
            raise InvalidOptionError(
                f"StrandsPlugin(models={{{name!r}: ...}}) takes a function that makes the model, not a "
                f"{type(factory).__name__} object. Put a lambda before it: {{{name!r}: lambda: ...}}."  # pyright: ignore[reportUnknownArgumentType]
            )
