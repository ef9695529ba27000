"""StrandsPlugin: wires converter, sandbox, activities and interceptors into clients, workers and replayers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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

from ._errors import InvalidOptionError, named
from ._interceptors import StrandsInterceptor
from ._mcp.options import check_servers
from ._model.activity import ModelActivities
from ._model.cache import RequestCache
from ._model.limits import PAYLOAD_LIMIT
from ._model.liveness import STREAM_IDLE_TIMEOUT
from ._model.registry import ModelFactory, ModelRegistry
from ._results.converter import StrandsPayloadConverter
from ._runtime import installed
from ._runtime.clients import with_data_converter
from ._runtime.early_imports import load_before_sandboxed
from ._runtime.worker_life import ending_if_not_started
from ._sandbox.activities import SandboxActivities
from ._sandbox.context import SandboxFactory
from ._sandbox.env_refs import AllowAllWorkerEnvVars
from ._sandbox.registry import SandboxRegistry
from ._settings import WorkerSettings
from ._stores import wire as stores
from ._stores.activities import StoreActivities
from ._stores.registry import Factory, Stores
from ._tools.tool_activities import tools_by_name

if TYPE_CHECKING:
    from ._mcp.connection import MCPClientFactory

PASSTHROUGH_MODULES: dict[str, str] = {
    "strands_temporal": "this package: both sides of a call must share its classes, and its exceptions their identity",
    "strands": "half a second to import, and hooks, tools and exceptions are told apart by their classes",
    "strands_tools": "tools of the Strands community package; they do I/O at import",
    "mcp": "strands imports it; its pydantic models cannot be built from the sandbox's proxies",
    "mcp_types": "the models of mcp 2, which mcp passes on",
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
        mcp_clients: Mapping[str, MCPClientFactory] | None = None,
        mcp_connection_idle_timeout: timedelta | None = None,
        mcp_max_connections: int | None = None,
        tools: Iterable[Any] | None = None,
        sandboxes: Mapping[str, SandboxFactory] | None = None,
        resolvable_worker_env_vars: Iterable[str] | AllowAllWorkerEnvVars = (),
        storages: Mapping[str, Callable[[], Any]] | None = None,
        session_repositories: Mapping[str, Callable[[str], Any]] | None = None,
        memory_stores: Mapping[str, Factory] | None = None,
        sync_calls: bool = True,
        stream_idle_timeout: timedelta | None = STREAM_IDLE_TIMEOUT,
        payload_limit: int | None = PAYLOAD_LIMIT,
        summaries: bool = True,
        details: bool = True,
    ) -> None:
        """Create the plugin.

        Args:
            models: Model factories by the name that `TemporalAgent(model=...)` gives. Each is called once per worker,
                on a thread, when its model is first needed. With models given, every agent must name one; without,
                agents call Strands' default `BedrockModel`, with botocore's own retries off. `{}` is for a worker that
                runs workflows or tools and no models: a model call that reaches it fails for good.
            mcp_clients: Factories of Strands' `MCPClient` by the name that `TemporalMCPClient(server=...)` gives. A
                worker connects to all of them before it works, and fails to start where one cannot be reached; the
                tools that they list then are what workflows see for as long as the worker lives. A factory is called
                for each connection, on a thread. One that takes an argument gets what
                `TemporalMCPClient(context=...)` gives; where it requires it, the first call with a context connects.
            mcp_connection_idle_timeout: How long a connection to an MCP server stays open that nobody uses; 5 minutes
                by default. The next call connects again.
            mcp_max_connections: How many connections to each MCP server a worker has open, 32 by default. Where all are
                open, the one that was idle for longest is closed for a call that needs another; where all are in use,
                the call waits.
            tools: Existing tools that workflows call as activities, by `strands_temporal.workflow.tool_as_activity`:
                `@tool` functions, modules such as `strands_tools.http_request`, or text that names these, as Strands
                takes it, in any iterable. Each is an activity of the tool's name.
            sandboxes: Functions by the name that `TemporalSandbox(name)` gives. Each is called for every operation,
                with the workflow's `SandboxWorkflowContext`, and returns its sandbox (any of Strands'), or an async
                context manager of it that is left when the operation has ended; it may be async. It runs on the
                worker's event loop, so a sync one must not block.
            resolvable_worker_env_vars: Names of environment variables of the worker to which workflows may refer by
                `temporal_worker_env_ref(name)` in a command's `env`; none by default. `AllowAllWorkerEnvVars()` for
                all.
            storages: Functions by the name that `TemporalStorage(name)` gives. Each is called once per worker, on a
                thread, when its storage is first needed, and returns any storage of Strands' kind.
            session_repositories: Functions by the name that `TemporalSessionRepository(name)` gives. Each is called
                with a session's id, on a thread, and returns a `FileSessionManager`, an `S3SessionManager` or another
                session repository; a worker keeps those of its latest 100 sessions, and one thread at a time works
                with each.
            memory_stores: Functions by the name that `TemporalMemoryStore(name)` gives. Each is called once per
                worker, on a thread, or once for each `context` that is given there, with it, and returns a memory
                store.
            sync_calls: Whether sync code works in workflows: sync tools, and `agent("...")` in tools, hooks and
                workflow code. It costs about 20 microseconds for each step of a workflow's tasks; with False such
                code raises `SyncCallError`.
            stream_idle_timeout: How long a model may give nothing, from the call's beginning on and between two parts
                of its answer, before its connection is taken for dead and the call is tried again; 5 minutes by
                default, None for any time within the activity's timeouts.
            payload_limit: Bytes that the input or result of a model or tool call, or an argument of continue-as-new,
                may have, as JSON. The default is what Temporal's server takes by default, 2 MiB less a margin of
                16 KiB. None for any size, which is for servers and payload codecs that make do with it: where they
                do not, Temporal retries for ever.
                With external storage on the client there is no limit.
            summaries: Whether model and tool calls get a summary for the Web UI where the agent or the tool has none of
                its own, like `claude: turn 3` or `fetch_weather(city=Paris)`, of at most 80 characters. It stands in
                the history, some 50 bytes for a model call. What looks like a secret is masked.
            details: Whether a workflow's current details, which the Web UI shows, tell of each agent its model, what it
                does, turns, tokens and last stop reason. They are made when someone looks, and have nothing of what is
                said.

        Raises:
            InvalidOptionError: `models`, `mcp_clients`, `sandboxes`, `storages`, `session_repositories` or
                `memory_stores` is not a mapping of names to functions, `tools` has something that is no tool or cannot
                run in an activity, or an argument has a wrong type or value. It is a `ValueError`.
        """
        _check_models(models)
        check_servers(mcp_clients, mcp_connection_idle_timeout, mcp_max_connections)
        self._sandboxes = SandboxRegistry(sandboxes, resolvable_worker_env_vars)
        self._stores = Stores(
            {stores.STORAGE: storages, stores.SESSION: session_repositories, stores.MEMORY: memory_stores}
        )
        self._tools = tools_by_name(tools)
        self._models = None if models is None else dict(models)
        self._mcp_clients = dict(mcp_clients or {})
        self._mcp_idle = mcp_connection_idle_timeout
        self._mcp_limit = mcp_max_connections
        self._settings = WorkerSettings(sync_calls, payload_limit, stream_idle_timeout, summaries, details).checked()
        self._cache = RequestCache()
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "strands-temporal", data_converter=_ours_by_default, workflow_runner=_with_passthrough_modules
        )

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        """See base class."""
        installed.install()
        given: Any = config
        given["interceptors"] = list(given.get("interceptors") or ())  # gone through more than once
        config = super().configure_worker(config)
        # The converter is the client's; a plugin given to the worker alone must make the same one of it.
        config["client"] = with_data_converter(config["client"], _ours_by_default)  # pyright: ignore[reportTypedDictNotRequiredAccess]
        interceptor = _interceptor_of(config)
        if interceptor is not None:  # the worker has this plugin from its client too
            interceptor.merge(self._models, self._settings, self._sandboxes, self._stores)
            return self._with_tools(self._with_servers(config, interceptor), interceptor)
        models, sandboxes, kept = ModelRegistry(self._models), self._sandboxes.copy(), self._stores.copy()
        settings = replace(self._settings)
        converter = config["client"].data_converter  # pyright: ignore[reportTypedDictNotRequiredAccess]
        if converter.external_storage is not None:
            settings.payload_limit = None
        # What a converter of the user's own makes of a request is what the model is to get.
        at_hand = self._cache if converter.payload_converter_class is StrandsPayloadConverter else None
        given = config
        interceptor = StrandsInterceptor(models, settings, at_hand, sandboxes, kept)
        config["interceptors"] = [*(given.get("interceptors") or ()), interceptor]
        activities = ModelActivities(models, self._cache, settings).activities()
        activities += SandboxActivities(sandboxes, settings).activities()
        activities += StoreActivities(kept, settings).activities()
        config["activities"] = [*(given.get("activities") or ()), *activities]
        return self._with_tools(self._with_servers(config, interceptor), interceptor)

    def _with_tools(self, config: WorkerConfig, interceptor: StrandsInterceptor) -> WorkerConfig:
        given: Any = config
        others = tuple(given.get("activities") or ())
        config["activities"] = [*others, *interceptor.add_tools(self._tools, others)]
        return config

    def _with_servers(self, config: WorkerConfig, interceptor: StrandsInterceptor) -> WorkerConfig:
        activities = interceptor.add_servers(self._mcp_clients, self._mcp_idle, self._mcp_limit)
        given: Any = config
        config["activities"] = [*(given.get("activities") or ()), *activities]
        return config

    def configure_replayer(self, config: ReplayerConfig) -> ReplayerConfig:
        """See base class."""
        installed.install()
        given: Any = config
        given["interceptors"] = list(given.get("interceptors") or ())
        config = super().configure_replayer(config)
        interceptor = _interceptor_of(config)
        if interceptor is None:
            interceptor = StrandsInterceptor(ModelRegistry(None), self._settings)
            config["interceptors"] = [*(config.get("interceptors") or ()), interceptor]
        # Replay needs none of them, but the history of a workflow that still runs ends with a task that is no replay.
        interceptor.add_tools(self._tools, ())
        return config

    async def run_worker(self, worker: Worker, next: Callable[[Worker], Awaitable[None]]) -> None:
        """See base class."""
        config = worker.config(active_config=True)
        interceptor = _interceptor_of(config)
        assert interceptor is not None
        try:
            with ending_if_not_started(worker):
                async with interceptor.running_servers():
                    await next(worker)
        finally:
            _close(config)

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


def _ours_by_default(converter: DataConverter | None) -> DataConverter:
    """Temporal's own payload converters become ours, which takes all they take; a user's stays, with all else."""
    converter = converter or DataConverter.default
    if converter.payload_converter_class not in (DefaultPayloadConverter, PydanticPayloadConverter):
        return converter
    return replace(converter, payload_converter_class=StrandsPayloadConverter)


def _with_passthrough_modules(runner: WorkflowRunner | None) -> WorkflowRunner:
    if isinstance(runner, SandboxedWorkflowRunner):
        load_before_sandboxed()
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
    for name, factory in models.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str) or not name:
            raise InvalidOptionError(f"StrandsPlugin(models=...) has the name {named(name)}; names are text.")
        if not callable(factory):  # pyright: ignore[reportUnknownArgumentType]
            raise InvalidOptionError(
                f"StrandsPlugin(models={{{name!r}: ...}}) takes a function that makes the model, not a "
                f"{type(factory).__name__} object. Put a lambda before it: {{{name!r}: lambda: ...}}."  # pyright: ignore[reportUnknownArgumentType]
            )
