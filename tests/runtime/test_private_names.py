"""Each reach into a private name of strands or temporalio: what is relied on, pinned, so that a release that moves it
fails here and not in a user's workflow."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import re
import threading
from pathlib import Path

import strands._async
from strands import Agent
from strands.event_loop import event_loop, streaming
from strands.models import Model
from strands.telemetry.metrics import EventLoopMetrics
from strands.telemetry.tracer import Tracer
from strands.tools.decorator import FunctionToolMetadata
from temporalio import activity, workflow
from temporalio.worker import _workflow, _workflow_instance
from temporalio.worker.workflow_sandbox import _importer, _runner

from strands_temporal._runtime import light_copies, quiet_tracer, replayed_values
from strands_temporal._runtime.tool_events import ToolInterruptEvent, ToolResultEvent

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


def test_an_activity_keeps_its_name() -> None:
    @activity.defn(name="my-name")
    async def some_activity() -> None: ...

    definition = activity._Definition.from_callable(some_activity)
    assert definition is not None and definition.name == "my-name"


def test_strands_metadata_has_the_methods_that_are_overridden() -> None:
    parameters = inspect.signature(FunctionToolMetadata._extract_annotated_metadata).parameters
    assert list(parameters) == ["self", "annotation", "param_name", "param_default"]
    assert list(inspect.signature(FunctionToolMetadata._is_special_parameter).parameters) == ["self", "param_name"]


def test_tool_events_carry_the_exception() -> None:
    assert list(inspect.signature(ToolResultEvent.__init__).parameters)[:3] == ["self", "tool_result", "exception"]
    assert list(inspect.signature(ToolInterruptEvent.__init__).parameters) == ["self", "tool_use", "interrupts"]


def test_every_invocation_of_an_agent_passes_stream_async() -> None:
    assert "self.stream_async(" in inspect.getsource(Agent.invoke_async)
    assert "self.invoke_async(" in inspect.getsource(Agent._invoke_async_and_flush)
    assert Model.__init__ is object.__init__  # so that replacing __new__ changes no constructor


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
    }
    assert used.keys() == replayed_values.REPLACED.keys()
    for (module, name), text in used.items():
        source = inspect.getsource(importlib.import_module(module))
        assert text in source and f"\nimport {name}\n" in source
        functions = set(re.findall(rf"(?<![\w.]){name}\.(\w+)\(", source))
        assert functions <= {"randint", "uuid4", "time"}


def test_metrics_of_a_new_invocation_begin_in_one_method() -> None:
    assert "self.agent_invocations.append(AgentInvocation())" in inspect.getsource(EventLoopMetrics.reset_usage_metrics)
    source = inspect.getsource(EventLoopMetrics.start_cycle)
    assert "self.traces.append(" in source and "self.agent_invocations[-1].cycles.append(" in source
    assert "self.event_loop_metrics.reset_usage_metrics()" in inspect.getsource(Agent)


def test_private_names_are_used_in_runtime_alone() -> None:
    """Attributes and modules that begin with an underscore, of strands or temporalio."""
    reaches = re.compile(
        r"(?:from|import) (?:strands|temporalio)[\w.]*\._\w+|\b(?:activity|workflow)\._[a-z]\w+|\bunsafe\._\w+"
    )
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if reaches.search(path.read_text()) and path.parent.name != "_runtime"
    }
    assert found == set()
