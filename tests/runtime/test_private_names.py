"""Each reach into a private name of strands or temporalio: what is relied on, pinned, so that a release that moves it
fails here and not in a user's workflow."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import importlib.util
import inspect
import re
import threading
from dataclasses import fields
from pathlib import Path

import strands._async
import strands.telemetry.metrics
import strands.telemetry.tracer
from strands import Agent
from strands.agent import _agent_as_tool, _concurrency
from strands.event_loop import event_loop, streaming
from strands.hooks import HookRegistry
from strands.interrupt import _InterruptState
from strands.models import Model
from strands.telemetry.metrics import EventLoopMetrics
from strands.telemetry.tracer import Tracer
from temporalio import activity, workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.contrib.opentelemetry import _tracer_provider
from temporalio.contrib.workflow_streams import PublishInput, _stream, _types
from temporalio.converter import PayloadConverter
from temporalio.worker import _workflow, _workflow_instance
from temporalio.worker.workflow_sandbox import _importer, _in_sandbox, _runner

from strands_temporal._runtime import (
    activation,
    current_details,
    failed_spans,
    hosted_stream,
    light_contexts,
    light_copies,
    quiet_tracer,
    replayed_values,
)
from strands_temporal._runtime.tool_events import ToolInterruptEvent

SOURCE = Path(__file__).parents[2] / "src" / "strands_temporal"


def test_run_async_looks_up_two_names_in_its_module() -> None:
    names = strands._async.run_async.__code__.co_names + sum(
        (each.co_names for each in strands._async.run_async.__code__.co_consts if inspect.iscode(each)), ()
    )
    assert {"ThreadPoolExecutor", "asyncio", "run", "submit"} <= set(names)
    assert not {"get_running_loop", "Thread"} & set(names)


def test_the_workflow_instance_is_the_loop_and_the_runtime() -> None:
    instance = _workflow_instance._WorkflowInstanceImpl
    assert issubclass(instance, asyncio.AbstractEventLoop)
    assert issubclass(instance, workflow._Runtime)
    assert list(inspect.signature(instance.create_task).parameters) == ["self", "coro", "name", "context"]
    source = inspect.getsource(instance)
    assert "self.create_task(" in source  # main function and handlers start by it
    assert "self._deleting" in source and "self._current_thread_id" in source
    assert "self.instance.activate(act)" in inspect.getsource(_workflow._RunningWorkflow.activate)


def test_the_sandbox_is_thread_local() -> None:
    assert isinstance(_importer._thread_local_sys_modules, _importer._ThreadLocalOverride)
    assert isinstance(_importer._thread_local_import, _importer._ThreadLocalOverride)
    for name in ("maybe_current", "current"):
        assert isinstance(getattr(_importer._ThreadLocalOverride, name), property)
    assert isinstance(_importer.Importer._thread_local_current, threading.local)
    assert _importer.Importer.current_importer() is None
    assert callable(workflow.unsafe._set_in_sandbox)
    assert "_current_thread_id" in inspect.getsource(_runner._Instance.get_thread_id)


def test_the_sandbox_passes_on_what_it_is_asked_about_payloads() -> None:
    inner = vars(_workflow_instance._WorkflowInstanceImpl)
    for name in light_contexts.METHODS:
        assert f"__temporal_in_sandbox.{name}(__temporal_command_info)" in inspect.getsource(_runner._Instance)
        assert f"return self.instance.{name}(command_info)" in inspect.getsource(_in_sandbox.InSandbox)
        assert list(inspect.signature(inner[name]).parameters) == ["self", "command_info"]


def test_an_activity_keeps_its_name() -> None:
    @activity.defn(name="my-name")
    async def some_activity() -> None: ...

    definition = activity._Definition.from_callable(some_activity)
    assert definition is not None and definition.name == "my-name"


def test_every_invocation_of_an_agent_passes_stream_async() -> None:
    assert "self.stream_async(" in inspect.getsource(Agent.invoke_async)
    assert "self.invoke_async(" in inspect.getsource(Agent._invoke_async_and_flush)
    assert Model.__init__ is object.__init__  # so that replacing __new__ changes no constructor
    assert "__new__" not in inspect.getsource(Model)


def test_what_is_wrapped_of_the_tracer_takes_its_span_first_and_works_on_it_alone() -> None:
    for name in quiet_tracer.METHODS:
        method = inspect.unwrap(getattr(Tracer, name))
        assert list(inspect.signature(method).parameters)[:2] == ["self", "span"]
        assert inspect.signature(method).return_annotation is None
        source = inspect.getsource(method)
        assert "self._add_event(" in source or "self._end_span(" in source
        assert not re.search(r"\bself\.\w+ = ", source)


def test_deepcopy_is_looked_up_in_modules_whose_name_is_replaced() -> None:
    assert "copy.deepcopy(agent.messages)" in inspect.getsource(event_loop._handle_model_execution)
    assert "copy.deepcopy(messages)" in inspect.getsource(streaming._normalize_messages)
    for name in light_copies.MODULES:
        assert hasattr(importlib.import_module(name), "copy")


def test_chance_and_the_clock_are_looked_up_in_modules_whose_names_are_replaced() -> None:
    used = {
        ("strands.tools._caller", "random"): "{random.randint(",
        ("strands.types.content", "uuid"): "return str(uuid.uuid4())",
        ("strands.event_loop.event_loop", "uuid"): '["event_loop_cycle_id"] = uuid.uuid4()',
        ("strands.event_loop.streaming", "time"): "first_byte_time = time.time()",
        ("strands.agent.agent", "uuid"): "self._session_id = uuid.uuid4()",
        ("strands.telemetry.metrics", "uuid"): "self.id: str = str(uuid.uuid4())",
        ("strands.telemetry.metrics", "time"): "duration = end_time - start_time",
        ("strands.tools.executors._executor", "time"): "duration = time.monotonic() - tool_start_time",
        ("strands.background_tasks.in_process._manager", "uuid"): "invocation_state_id = str(uuid.uuid4())",
        ("strands.multiagent.base", "time"): "time.time() - self._invocation_start_time",
        ("strands.multiagent.graph", "time"): "elapsed = self.execution_time / 1000 + time.time() - self.start_time",
        ("strands.vended_memory_stores.file_memory_store.store", "time"): "entry-{int(time.time() * 1000)}",
        ("strands.vended_plugins.context_offloader.storage", "time"): "timestamp_ms = int(time.time() * 1000)",
        ("strands.vended_plugins.goal.plugin", "time"): "elapsed = time.monotonic() - run.start_time",
        ("strands.multiagent.swarm", "time"): "elapsed = self.execution_time / 1000 + time.time() - self.start_time",
    }
    snapshots = ("strands.session.snapshot_session_manager", "_new_snapshot_id")
    dated = {
        ("strands.types._snapshot", "datetime"): "return datetime.now(timezone.utc).isoformat()",
        ("strands.types.session", "datetime"): "default_factory=lambda: datetime.now(timezone.utc).isoformat()",
        ("strands.vended_plugins.steering.context_providers.ledger_provider", "datetime"): "datetime.now().isoformat()",
    }
    for (module, _), text in dated.items():
        assert text in inspect.getsource(importlib.import_module(module))
    assert used.keys() | dated.keys() | {snapshots} == replayed_values.REPLACED.keys()
    assert "else _new_snapshot_id()" in inspect.getsource(importlib.import_module(snapshots[0]))
    for (module, name), text in used.items():
        source = inspect.getsource(importlib.import_module(module))
        assert text in source and f"\nimport {name}\n" in source
        functions = set(re.findall(rf"(?<![\w.]){name}\.(\w+)\(", source))
        assert functions <= {"randint", "uuid4", "uuid5", "time", "monotonic"}


def test_metrics_of_a_new_invocation_begin_in_one_method() -> None:
    assert "self.agent_invocations.append(AgentInvocation())" in inspect.getsource(EventLoopMetrics.reset_usage_metrics)
    source = inspect.getsource(EventLoopMetrics.start_cycle)
    assert "self.traces.append(" in source and "self.agent_invocations[-1].cycles.append(" in source
    assert "self.event_loop_metrics.reset_usage_metrics()" in inspect.getsource(Agent)


def test_callbacks_of_hooks_are_called_where_callback_and_event_are_local_variables() -> None:
    for method in (HookRegistry.invoke_callbacks_async, HookRegistry.invoke_callbacks):
        assert {"callback", "event"} <= set(method.__code__.co_varnames)
        assert "callback(event)" in inspect.getsource(method)


def test_a_stream_has_the_handlers_and_the_items_that_are_written_out() -> None:
    assert _stream._PUBLISH_SIGNAL == hosted_stream.PUBLISH_SIGNAL
    assert _stream._POLL == hosted_stream.POLL_UPDATE
    payload = PayloadConverter.default.to_payload({"a": 1})
    assert hosted_stream.entry(PayloadConverter.default, "t", {"a": 1}).data == _types._encode_payload(payload)
    assert list(inspect.signature(_stream.WorkflowStream._on_publish).parameters) == ["self", "payload"]
    assert {"items", "publisher_id", "sequence"} == set(PublishInput.__dataclass_fields__)
    source = inspect.getsource(_stream.WorkflowStream._on_publish)
    assert "payload.sequence <= existing.sequence" in source  # what fences a lost attempt off


def test_an_agent_keeps_its_interrupts_as_they_are_read() -> None:
    names = {field.name for field in fields(_InterruptState)}
    assert {"interrupts", "context", "activated", "pending_tool_execution"} <= names
    assert "self._interrupt_state = _InterruptState()" in inspect.getsource(Agent.__init__)
    assert "context = {}" in inspect.getsource(_InterruptState.end_tool_cycle)  # notes end with the calls
    assert list(inspect.signature(_InterruptState.from_dict).parameters) == ["data"]
    assert 'f"v1:agent_as_tool:{' in inspect.getsource(_agent_as_tool)
    event = ToolInterruptEvent({"name": "a", "toolUseId": "1", "input": {}}, [])
    assert event.is_callback_event and event.as_dict() == {
        "tool_interrupt_event": {"tool_use": {"name": "a", "toolUseId": "1", "input": {}}, "interrupts": []}
    }


def test_middleware_is_added_to_the_registry_of_the_agent() -> None:
    assert "self._middleware_registry = MiddlewareRegistry()" in inspect.getsource(Agent.__init__)
    if hasattr(Agent, "add_middleware"):  # not in the oldest supported version
        assert "self._middleware_registry.add_middleware(" in inspect.getsource(Agent.add_middleware)


def test_updates_come_before_results_in_a_step() -> None:
    kinds = {field.name for field in WorkflowActivationJob.DESCRIPTOR.fields}
    assert kinds > activation._BEFORE_OR_WITH_UPDATES
    source = inspect.getsource(_workflow_instance._WorkflowInstanceImpl.activate)
    assert 'job.HasField("signal_workflow") or job.HasField("do_update")' in source


def test_every_span_of_strands_ends_in_one_method() -> None:
    parameters = inspect.signature(inspect.unwrap(getattr(Tracer, failed_spans.METHOD))).parameters
    assert list(parameters) == ["self", "span", "attributes", "error", "error_message"]
    source = inspect.getsource(inspect.unwrap(getattr(Tracer, failed_spans.METHOD)))
    assert "span.record_exception(error)" in source
    assert "error_message or str(error) or type(error).__name__" in source
    assert inspect.getsource(strands.telemetry.tracer).count("record_exception(") == 1
    # What makes it necessary; without it the wrapper may go.
    assert "is_failure_exception(self._exception)" in inspect.getsource(_tracer_provider._ReplaySafeSpan.end)
    assert "self._exception = exception" in inspect.getsource(
        inspect.unwrap(_tracer_provider._ReplaySafeSpan.record_exception)
    )
    assert _tracer_provider.__name__ == failed_spans.TEMPORAL


def test_strands_metrics_reach_their_instruments_by_one_property() -> None:
    assert isinstance(EventLoopMetrics.__dict__["_metrics_client"], property)
    source = inspect.getsource(strands.telemetry.metrics)
    assert source.count("MetricsClient()") == 1
    assert "self.event_loop_metrics = EventLoopMetrics()" in inspect.getsource(Agent.__init__)


def test_the_workflow_answers_the_query_for_its_details_by_a_definition_that_can_be_replaced() -> None:
    source = inspect.getsource(_workflow_instance._WorkflowInstanceImpl.__init__)
    assert f'self._queries["{current_details.QUERY}"]' in source
    assert {"name", "fn"} <= {field.name for field in dataclasses.fields(workflow._QueryDefinition)}


def test_private_names_are_used_in_runtime_alone() -> None:
    """Attributes and modules that begin with an underscore, of strands or temporalio."""
    reaches = re.compile(
        r"(?:from|import) (?:strands|temporalio)[\w.]*\._\w+|\b(?:activity|workflow)\._[a-z]\w+|\bunsafe\._\w+"
        r"|attr\([^)]*\"_[a-z]\w*\"|\b_supports_structured_output\b"
    )
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if reaches.search(path.read_text()) and path.parent.name != "_runtime"
    }
    assert found == set()


def test_the_loop_asks_a_model_by_an_attribute_whether_it_enforces_output() -> None:
    asked = 'getattr(ctx.model, "_supports_structured_output", False)' in inspect.getsource(event_loop)
    # Before 1.61, Strands asks for structured output by a tool alone.
    assert hasattr(Model, "_supports_structured_output") == asked


def test_the_loop_asks_at_its_boundaries_whether_to_stop() -> None:
    model, tools = inspect.getsource(event_loop.event_loop_cycle), inspect.getsource(event_loop._handle_tool_execution)
    for source in (model, tools):
        assert len(re.findall(r"\bagent\._checkpointing\b", source)) == 1
    assert "resume_context = agent._checkpoint\n" in model and "agent._checkpoint = None" in model
    # With a prompt of None, it goes on from there without a message; the window moves when the invocation has ended.
    assert "elif _has_tool_use_in_latest_message(agent.messages):" in model
    assert "self.conversation_manager.apply_management(self)" in inspect.getsource(Agent._run_loop)


def test_an_agent_watches_a_callers_signal_by_one_method() -> None:
    assert list(inspect.signature(Agent._start_cancel_watcher).parameters) == ["self", "cancel_signal"]
    assert "cancel_watcher.cancel()" in inspect.getsource(inspect.unwrap(Agent.stream_async))


def test_a_duplicate_of_a_call_waits_by_one_method() -> None:
    source = inspect.getsource(_concurrency._InflightInvocation)
    assert "return asyncio.shield(asyncio.wrap_future(self._done))" in source
    assert "self._done.set_result(None)" in source
    assert ".register_waiter()" in inspect.getsource(inspect.unwrap(Agent.stream_async))
