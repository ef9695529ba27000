"""Private names of strands in tools, plugins, stores and background tasks: what is relied on, pinned."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from strands import ToolContext, tool
from strands._context_manager.context_manager import ContextManager
from strands.interrupt import InterruptException
from strands.storage import storage as strands_storage
from strands.tools.decorator import FunctionToolMetadata
from strands.tools.tools import PythonAgentTool
from strands.vended_plugins.steering import SteeringHandler

from strands_temporal._runtime import (
    existing_tools,
    inline_io,
)
from strands_temporal._runtime.tool_events import ToolInterruptEvent, ToolResultEvent
from strands_temporal.testing import ScriptedModel


def test_strands_metadata_has_the_methods_that_are_overridden() -> None:
    parameters = inspect.signature(FunctionToolMetadata._extract_annotated_metadata).parameters
    assert list(parameters) == ["self", "annotation", "param_name", "param_default"]
    assert list(inspect.signature(FunctionToolMetadata._is_special_parameter).parameters) == ["self", "param_name"]


def test_tool_events_carry_the_exception() -> None:
    assert list(inspect.signature(ToolResultEvent.__init__).parameters)[:3] == ["self", "tool_result", "exception"]
    assert list(inspect.signature(ToolInterruptEvent.__init__).parameters) == ["self", "tool_use", "interrupts"]


def test_what_an_existing_tool_is_made_of() -> None:
    @tool(context="ctx")
    def decorated(word: str, ctx: ToolContext) -> str:
        return ctx.agent.name

    assert existing_tools.function_of(decorated) is decorated._tool_func is inspect.unwrap(decorated)
    assert existing_tools.context_parameter(decorated) == "ctx" == decorated._metadata._context_param
    assert existing_tools.use_of_agent(decorated) == "uses ctx.agent"
    of_module = PythonAgentTool("a", {"name": "a", "description": "b", "inputSchema": {}}, print)  # type: ignore[arg-type]
    assert existing_tools.function_of(of_module) is print
    elsewhere = existing_tools.AgentElsewhere("a", threading.Event(), {})
    context = ToolContext({"toolUseId": "1", "name": "a", "input": {}}, elsewhere, {})  # type: ignore[arg-type, type-var]
    with pytest.raises(InterruptException) as raised:
        context.interrupt("b")
    assert raised.value.interrupt.id.startswith("v1:tool_call:1:")
    source = inspect.getsource(PythonAgentTool.stream)
    assert "await asyncio.to_thread(self._tool_func, tool_use, **invocation_state)" in source


def test_a_steering_handler_lets_through_what_it_could_not_decide() -> None:
    for method, decide, handle in (
        ("provide_tool_steering_guidance", "steer_before_tool(agent=", "_handle_tool_steering_action(action, event"),
        ("provide_model_steering_guidance", "steer_after_model(\n", "_handle_model_steering_action(action, event"),
    ):
        source = inspect.getsource(SteeringHandler).partition(f"async def {method}(")[2].partition("async def ")[0]
        assert f"action = await self.{decide}" in source and f"self.{handle}" in source
        assert re.search(r"except Exception as e:\n\s+logger\.debug\(.*\)\n\s+return\n", source)


def test_background_tasks_run_by_what_is_replaced() -> None:
    runtime = importlib.import_module("strands.background_tasks._runtime")._BackgroundTaskRuntime
    assert "await self._invoke(operation)" in inspect.getsource(inspect.unwrap(runtime.run))
    manager = importlib.import_module("strands.background_tasks.in_process._manager")
    source = inspect.getsource(manager)
    assert "origin_loop = None if is_run_async_bridge() else" in source
    assert "if execution.origin_loop is None or" in source and "self._runtime.run(" in source
    engine = inspect.getsource(importlib.import_module("strands.background_tasks.in_process._engine"))
    assert "task_id=str(uuid4())" in engine and "now = _timestamp()" in engine and "Thread" not in engine
    plugin = inspect.getsource(importlib.import_module("strands.background_tasks._background_tasks"))
    assert plugin.count("_CANCEL_POLL_INTERVAL,") == 1 and "await self._await_next_settlement(tasks)" in plugin


def test_objects_with_a_storage_have_it_where_it_is_looked_for(tmp_path: Path) -> None:
    from strands.memory import MemoryManager
    from strands.session import SnapshotSessionManager
    from strands.storage import LocalFileStorage
    from strands.vended_interventions.cedar import CedarAuthorization
    from strands.vended_interventions.hitl import HumanInTheLoop
    from strands.vended_memory_stores import FileMemoryStore
    from strands.vended_plugins.context_offloader import ContextOffloader, FileStorage
    from strands.vended_plugins.skills import AgentSkills

    files = LocalFileStorage(str(tmp_path))
    memory = FileMemoryStore(name="m", storage=files)
    assert files._sandbox is None and FileStorage(str(tmp_path))._sandbox is None
    assert SnapshotSessionManager("s", storage=files)._raw_storage is files
    assert ContextOffloader(storage=files)._raw_storage is files
    assert isinstance(memory._storage, LocalFileStorage) and memory._storage._sandbox is None
    assert MemoryManager(stores=[memory])._stores == [memory]
    assert [str(each) for each in AgentSkills(skills=["./a"])._skill_paths] == ["./a"]
    handler = HumanInTheLoop(ask="stdio")
    assert inline_io._asks_the_keyboard(handler._ask) and not inline_io._asks_the_keyboard(HumanInTheLoop()._ask)
    cedar = CedarAuthorization(policies="permit(principal, action, resource);")
    assert cedar._policy_source and cedar._entity_source is None and cedar._schema_source is None
    assert '"hour_utc": dt.now(timezone.utc).hour' in inspect.getsource(CedarAuthorization)
    view = strands_storage._NamespacedStorage(files, "a")
    assert view._storage is files
    assert ContextManager(stash={"storage": files})._stash_explicit_storage is files


def test_what_a_memory_manager_has_not_saved_is_where_it_is_looked_for() -> None:
    source = inspect.getsource(importlib.import_module("strands.memory.memory_manager"))
    assert "self._background_tasks.add(task)" in source and "await self._coordinator.flush()" in source
    source = inspect.getsource(importlib.import_module("strands.memory.extraction.coordinator"))
    assert "self._pending.append(" in source and "self._chains[id(store)] = task" in source


def test_models_for_side_calls_are_where_they_are_looked_for() -> None:
    from strands._context_manager.strategies.offload import Offload
    from strands.memory import ModelExtractor
    from strands.vended_plugins.goal import GoalLoop, JudgeConfig
    from strands.vended_plugins.steering import LLMSteeringHandler

    model: Any = ScriptedModel(["hello"])
    assert ModelExtractor(model=model)._model is model
    assert GoalLoop("good", judge=JudgeConfig(model=model), max_attempts=1)._judge_model is model
    assert LLMSteeringHandler("Judge.", model=model).model is model
    manager = ContextManager(strategies=[Offload.summarize("*", {"model": model})])
    found: Any = manager._strategies[0]
    assert found._config["model"] is model
