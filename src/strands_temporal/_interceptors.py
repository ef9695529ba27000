"""What the plugin wraps around a worker's workflows and activities."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from strands.interrupt import InterruptException
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from . import _failures
from ._agent_errors import failing_the_workflow
from ._model.limits import TOO_LARGE, encoded_size, result_too_large
from ._model.registry import ModelFactory, ModelRegistry
from ._runtime.bridge import SyncBridges
from ._runtime.worker_settings import attach_settings
from ._settings import WorkerSettings
from ._tools import wire
from ._tools.activity_tool import TOOL_CALL

T = TypeVar("T")


class StrandsInterceptor(Interceptor):
    """The plugin's part of one worker; it owns what lives as long as that worker."""

    def __init__(self, models: ModelRegistry, settings: WorkerSettings) -> None:
        """Create the worker's part.

        Args:
            models: The worker's models.
            settings: The worker's settings.
        """
        self._models = models
        self._settings = settings
        self._bridges = SyncBridges()

    def merge(self, factories: Mapping[str, ModelFactory] | None, settings: WorkerSettings) -> None:
        """Take over what a second plugin on the same worker says; its models win over those of the same name."""
        if factories is not None:
            self._models.add(factories)
        self._settings.merge(settings)

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
        settings = self._settings
        install = self._bridges.install if settings.sync_calls else self._bridges.switch_off

        class Inbound(_WorkflowInbound):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                install()
                attach_settings(settings)
                super().init(_WorkflowOutbound(outbound))

        return Inbound


class _ActivityInbound(ActivityInboundInterceptor):
    """Carries an interrupt as a result, judges the errors of tools by the taxonomy, and checks their results."""

    def __init__(self, next: ActivityInboundInterceptor, settings: WorkerSettings) -> None:
        super().__init__(next)
        self._settings = settings

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        is_tool = wire.HEADER in input.headers
        if is_tool and (refused := wire.refusal(input.headers[wire.HEADER])):
            raise ApplicationError(refused, type=TOO_LARGE, non_retryable=True)
        try:
            result = await super().execute_activity(input)
        except InterruptException as exception:
            if not is_tool:  # called by a hook, by the user, or by a workflow that began under the official plugin
                raise wire.interrupt_failure(exception) from exception
            return wire.encode_interrupt(exception)
        except Exception as error:
            if not is_tool:
                raise
            name = type(error).__name__
            message = str(error) or name
            raise _failures.to_failure(error, message=message, type=name, code_mistakes_are_final=False) from error
        return self._checked(wire.encode_result(result)) if is_tool else result

    def _checked(self, result: Any) -> Any:
        """The result, if it can be recorded; if not, no attempt would be better, so the error is final."""
        tool, limit = activity.info().activity_type, self._settings.payload_limit
        try:
            size = encoded_size(activity.payload_converter(), [result], limit)
        except Exception as error:
            message = f"The result of tool {tool!r} cannot be recorded: {type(error).__name__}: {error}"
            raise ApplicationError(message, type=type(error).__name__, non_retryable=True) from error
        if limit is not None and size > limit:
            raise ApplicationError(result_too_large(tool, size, limit), type=TOO_LARGE, non_retryable=True)
        return result


class _WorkflowInbound(WorkflowInboundInterceptor):
    """Lets an error that escapes from an agent fail the workflow, not its task."""

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        return await _failing(self.next.execute_workflow, input)

    async def handle_signal(self, input: HandleSignalInput) -> None:
        await _failing(self.next.handle_signal, input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        return await _failing(self.next.handle_update_handler, input)


async def _failing(handler: Callable[[T], Awaitable[Any]], input: T) -> Any:
    try:
        return await handler(input)
    except Exception as error:
        if (failure := failing_the_workflow(error)) is None:
            raise
        raise failure from failure.__cause__  # not from the error, whose cause may be this very failure


class _WorkflowOutbound(WorkflowOutboundInterceptor):
    """Marks the activities that are calls of a tool."""

    def start_activity(self, input: StartActivityInput) -> Any:
        if (header := TOOL_CALL.get()) is not None:
            headers: Mapping[str, Any] = {**input.headers, wire.HEADER: header}
            input.headers = headers
        return super().start_activity(input)
