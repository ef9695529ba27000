"""What the plugin wraps around a worker's workflows and activities."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from strands.interrupt import InterruptException
from strands.types.tools import AgentTool
from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ContinueAsNewInput,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from . import _failures
from ._agent_errors import failing_the_workflow
from ._long.size import refuse_too_large_arguments
from ._model.cache import RequestCache
from ._model.limits import TOO_LARGE, encoded_size, result_too_large
from ._model.registry import ModelFactory, ModelRegistry
from ._results.checked import checked
from ._runtime import current_details
from ._runtime.bridge import SyncBridges
from ._runtime.failed_spans import cover_temporal
from ._runtime.hosted_stream import POLL_UPDATE
from ._runtime.memory_saves import save_memories
from ._runtime.replay_logs import ReplayLogs
from ._runtime.worker_parts import attach
from ._sandbox.registry import SandboxRegistry
from ._settings import WorkerSettings
from ._stores.registry import Stores
from ._streaming.delivered import noting
from ._tools import wire
from ._tools.activity_call import TOOL_CALL
from ._tools.tool_activities import ToolActivities

if TYPE_CHECKING:
    from ._mcp.connection import MCPClientFactory
    from ._mcp.servers import Servers

T = TypeVar("T")


class StrandsInterceptor(Interceptor):
    """The plugin's part of one worker; it owns what lives as long as that worker."""

    def __init__(
        self,
        models: ModelRegistry,
        settings: WorkerSettings,
        cache: RequestCache | None = None,
        sandboxes: SandboxRegistry | None = None,
        stores: Stores | None = None,
    ) -> None:
        """Create the worker's part.

        Args:
            models: The worker's models.
            settings: The worker's settings.
            cache: Where the worker's activities find the requests of its workflows at hand; None if nowhere.
            sandboxes: The worker's sandboxes.
            stores: The worker's storages, session repositories and memory stores.
        """
        self._models = models
        self._settings = settings
        self._servers: Servers | None = None
        self._cache = cache
        self._sandboxes = sandboxes or SandboxRegistry()
        self._stores = stores or Stores({})
        self._tools = ToolActivities()
        self._bridges = SyncBridges()
        self._logs = ReplayLogs()

    def merge(
        self,
        factories: Mapping[str, ModelFactory] | None,
        settings: WorkerSettings,
        sandboxes: SandboxRegistry,
        stores: Stores,
    ) -> None:
        """Take over what a second plugin on the same worker says; what it names wins over what has the same name."""
        if factories is not None:
            self._models.add(factories)
        self._sandboxes.add(sandboxes)
        self._stores.add(stores)
        self._settings.merge(settings)

    def add_servers(
        self, factories: Mapping[str, MCPClientFactory], idle: timedelta | None, limit: int | None
    ) -> Sequence[Any]:
        """Add MCP servers; they win over those of the same name.

        Returns:
            The activities of those whose names are new.
        """
        if not factories:
            return ()
        from ._mcp.activities import ServerActivities  # mcp takes half a second to import
        from ._mcp.servers import Servers

        servers = self._servers = self._servers or Servers()
        new = servers.add(factories, idle, limit)
        return [each for name in new for each in ServerActivities(name, servers, self._settings).all()]

    def add_tools(self, tools: Mapping[str, AgentTool], registered: Iterable[Any]) -> Sequence[Any]:
        """Add tools; they win over those of the same name.

        Args:
            tools: The tools by their names.
            registered: The activities that the worker has already.

        Returns:
            The activities of those whose names are new.
        """
        return self._tools.add(tools, registered)

    def running_servers(self) -> AbstractAsyncContextManager[None]:
        """Have the MCP servers connected inside of this."""
        return nullcontext() if self._servers is None else self._servers.running()

    def close(self) -> None:
        """End what the worker's part holds; the worker has stopped."""
        self._bridges.close()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """See base class."""
        return _ActivityInbound(next, self._settings)

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """See base class."""
        settings, cache, logs, tools = self._settings, self._cache, self._logs, self._tools
        install = self._bridges.install if settings.sync_calls else self._bridges.switch_off

        class Inbound(_WorkflowInbound):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                logs.cover()
                install()
                cover_temporal()
                attach(settings, cache, tools)
                if settings.details:
                    current_details.install()
                super().init(_WorkflowOutbound(outbound))

        return Inbound


class _ActivityInbound(ActivityInboundInterceptor):
    """Judges errors of tools and hooks by the taxonomy; carries a tool's interrupt as a result, and checks results."""

    def __init__(self, next: ActivityInboundInterceptor, settings: WorkerSettings) -> None:
        super().__init__(next)
        self._settings = settings

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        header = input.headers.get(wire.HEADER)
        if header is not None and (refused := wire.refusal(header)):
            raise ApplicationError(refused, type=TOO_LARGE, non_retryable=True)
        is_tool = header is not None and not wire.is_hook(header)
        try:
            result = await super().execute_activity(input)
        except InterruptException as exception:
            if not is_tool:  # called by a hook, by the user, or by a workflow that began under the official plugin
                raise wire.interrupt_failure(exception) from exception
            return wire.encode_interrupt(exception, header)
        except Exception as error:
            if header is None:
                raise
            name = type(error).__name__
            message = str(error) or name
            raise _failures.to_failure(error, message=message, type=name, code_mistakes_are_final=False) from error
        return self._recorded(result, wire.tool_of(header)) if header and is_tool else result

    def _recorded(self, result: Any, tool: str) -> Any:
        """The result as it is recorded; if it cannot be, no attempt would be better, so the error is final."""
        converter, limit = activity.payload_converter(), self._settings.payload_limit
        try:
            try:
                written = wire.encode_result(result)
                size = encoded_size(converter, [written], limit)
            except ValueError:  # of pydantic, as for bytes in a dataclass, which our codec can write
                written = wire.encode_result(result, own=True)
                size = encoded_size(converter, [written], limit)
        except Exception as error:
            kind, words = _failures.said_by(error)
            message = f"Tool {tool!r} has run, but its result cannot be recorded: {words or _failures.NO_WORDS}"
            raise ApplicationError(message, type=kind, non_retryable=True) from error
        if limit is not None and size > limit:
            raise ApplicationError(result_too_large(tool, size, limit), type=TOO_LARGE, non_retryable=True)
        return written


class _WorkflowInbound(WorkflowInboundInterceptor):
    """Lets an error that leaves an agent, and a result that cannot be recorded, fail the workflow, not its task."""

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        try:
            result = await _failing(self.next.execute_workflow, input)
        except (Exception, asyncio.CancelledError, workflow.ContinueAsNewError):
            await save_memories()
            raise
        await save_memories()
        return result

    async def handle_signal(self, input: HandleSignalInput) -> None:
        await _failing(self.next.handle_signal, input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        answer = _failing(self.next.handle_update_handler, input)
        return await (noting(answer, input.args[0].from_offset) if input.update == POLL_UPDATE else answer)

    async def handle_query(self, input: HandleQueryInput) -> Any:
        return checked(await self.next.handle_query(input))


async def _failing(handler: Callable[[T], Awaitable[Any]], input: T) -> Any:
    try:
        return checked(await handler(input))
    except Exception as error:
        if (failure := failing_the_workflow(error)) is None:
            raise
        raise failure from failure.__cause__  # not from the error, whose cause may be this very failure


class _WorkflowOutbound(WorkflowOutboundInterceptor):
    """Marks the activities that are calls of a tool or a hook, and refuses to continue as new with too much."""

    def start_activity(self, input: StartActivityInput) -> Any:
        if (header := TOOL_CALL.get()) is not None:
            headers: Mapping[str, Any] = {**input.headers, wire.HEADER: header}
            input.headers = headers
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> Any:
        if (header := TOOL_CALL.get()) is not None:
            headers: Mapping[str, Any] = {**input.headers, wire.HEADER: header}
            input.headers = headers
        return super().start_local_activity(input)

    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:
        refuse_too_large_arguments(input.args)
        super().continue_as_new(input)
