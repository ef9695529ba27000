"""Private names of strands in graphs, swarms and agents that are tools: what is relied on, pinned."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import re
import time
from dataclasses import fields

from strands.agent import _agent_as_tool
from strands.multiagent import graph, swarm


def test_an_agent_as_a_tool_begins_anew_but_for_its_models_state() -> None:
    source = inspect.getsource(_agent_as_tool._AgentAsTool)
    assert isinstance(_agent_as_tool._AgentAsTool.agent, property)
    assert "elif not self._preserve_context:\n                self._reset_agent_state(" in source
    reset = inspect.getsource(_agent_as_tool._AgentAsTool._reset_agent_state)
    assert set(re.findall(r"self\._agent\.(\w+) =", reset)) == {"messages", "state", "_interrupt_state"}


def test_a_graph_polls_for_events_of_which_each_node_gives_a_last_one() -> None:
    source = inspect.getsource(graph.Graph._execute_nodes_parallel)
    assert source.count("wait_for(") == 1 and "await asyncio.wait_for(event_queue.get(), timeout=0.1)" in source
    queue: asyncio.Queue[None] = asyncio.Queue()
    get = queue.get()
    assert get.__qualname__ == "Queue.get"
    get.close()
    last = inspect.getsource(graph.Graph._stream_node_to_queue).rstrip()
    assert re.search(r"finally:\s+await event_queue\.put\(None\)$", last)


def test_nodes_and_edges_are_hashed_by_the_ids_of_nodes() -> None:
    for kind in (graph.GraphNode, swarm.SwarmNode):
        assert "self.node_id == other.node_id" in inspect.getsource(kind.__eq__)
        assert "node_id" in {each.name for each in fields(kind)}
    assert {"from_node", "to_node"} <= {each.name for each in fields(graph.GraphEdge)}


def test_a_swarms_time_starts_by_default_now() -> None:
    (start,) = [each for each in fields(swarm.SwarmState) if each.name == "start_time"]
    assert start.default_factory is time.time
    assert "start_time=" not in inspect.getsource(swarm.Swarm.stream_async)
    assert "start_time=start_time" in inspect.getsource(graph.Graph.stream_async)


def test_tools_that_make_agents_keep_them_where_it_is_replaced() -> None:
    subagent = importlib.import_module("strands.vended_tools.subagent.subagent")
    source = inspect.getsource(subagent._SubagentTool)
    assert "self._pending: dict[str, Agent] = {}" in inspect.getsource(subagent._SubagentTool.__init__)
    assert set(re.findall(r"self\._pending(\.\w+|\[)", source)) == {".get", ".pop", "["}
    if importlib.util.find_spec("strands.vended_tools.swarm") is None:  # not in the oldest supported version
        return
    source = inspect.getsource(importlib.import_module("strands.vended_tools.swarm.swarm").make_swarm)
    assert "    pending: dict[str, tuple[Swarm, list[Interrupt]]] = {}" in source
    assert "if tool_use_id in pending:" in source and "_SWARM_TOOLS.add(swarm_tool)" in source
