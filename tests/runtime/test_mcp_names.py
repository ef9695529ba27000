"""The private names of Strands' MCP client and of mcp that `_runtime` uses are there, and mean what they did."""

from __future__ import annotations

import inspect
import sys
import threading
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client
from strands import Agent
from strands.tools.mcp import MCPClient
from strands.tools.mcp import mcp_client as strands_mcp
from strands.tools.registry import ToolRegistry
from temporalio.worker import Worker

from strands_temporal._mcp import errors
from strands_temporal._runtime.mcp_client import ConnectedClient, _other_side_is_closed
from strands_temporal._runtime.stderr_tail import StderrTail

SERVER = StdioServerParameters(command=sys.executable, args=["-c", "pass"])


def client() -> MCPClient:
    transport: Any = lambda: stdio_client(SERVER)  # noqa: E731
    return MCPClient(transport)


def test_names_of_a_client() -> None:
    made: Any = client()
    assert callable(made._transport_callable) and made._progress_callback is None
    assert made._background_thread is None and made._background_thread_event_loop is None
    assert made._elicitation_callback is None and made._startup_timeout == 30 and made._is_session_active() is False
    assert made._background_thread_session is None
    assert hasattr(ClientSession, "discover") or hasattr(ClientSession, "send_ping")
    assert list(inspect.signature(MCPClient._handle_tool_execution_error).parameters) == [
        *("self", "tool_use_id", "exception")
    ]
    assert inspect.iscoroutinefunction(MCPClient._handle_session_message)


def test_what_strands_looks_up_on_the_client() -> None:
    """So an attribute of the one client takes the place of its method."""
    call, task = inspect.getsource(MCPClient.call_tool_async), inspect.getsource(MCPClient._async_background_thread)
    assert "except Exception as e:" in call and "return self._handle_tool_execution_error(tool_use_id, e)" in call
    assert "async with self._transport_callable() as (read_stream, write_stream, *_):" in task
    assert "message_handler=self._handle_session_message" in task
    assert "elicitation_callback=self._elicitation_callback" in task
    assert f'raise RuntimeError("{errors.CLOSED_BY_STRANDS}")' in inspect.getsource(MCPClient)


def test_the_client_is_as_before_when_it_is_closed() -> None:
    made: Any = client()
    before = {**vars(made)}

    async def elicit(context: Any, params: Any) -> None: ...

    connected = ConnectedClient(made, is_lost=errors.is_lost, on_message=lambda message: None, elicit=elicit)
    assert vars(made) != before and made._elicitation_callback is elicit
    with pytest.raises(ValueError, match="connected already"):
        ConnectedClient(made, is_lost=errors.is_lost, on_message=lambda message: None)
    connected.close()
    left = {name: value for name, value in vars(made).items() if not name.startswith("__strands_temporal")}
    assert left["_transport_callable"] is before["_transport_callable"] and left["_elicitation_callback"] is None
    assert set(left) == set(before)


def test_a_stdio_transport_tells_how_it_was_made() -> None:
    transport: Any = stdio_client(SERVER)
    assert transport.func is stdio_client.__wrapped__  # type: ignore[attr-defined]
    assert transport.args == (SERVER,) and transport.kwds == {}
    tail = StderrTail()
    tapped: Any = tail.tap(transport)
    assert tapped is not transport and "errlog" in tapped.kwds
    tail.spawned()
    named: Any = stdio_client(SERVER, errlog=sys.stderr)
    assert StderrTail().tap(named) is named


async def test_a_stream_tells_that_its_other_side_is_closed() -> None:
    send, receive = anyio.create_memory_object_stream[int](1)
    assert not _other_side_is_closed(send) and not _other_side_is_closed(receive)
    send.close()
    assert _other_side_is_closed(receive)
    receive.close()
    assert _other_side_is_closed(send)


async def test_the_streams_of_mcp_can_be_looked_into() -> None:
    async with stdio_client(StdioServerParameters(command="cat")) as streams:
        assert not any(_other_side_is_closed(stream) for stream in streams[:2])
        assert all(hasattr(getattr(stream, "_inner", stream), "statistics") for stream in streams[:2])


def test_names_of_an_agent() -> None:
    assert ToolRegistry()._tool_providers == []
    agent = Agent()
    assert isinstance(agent._cancel_signal, threading.Event)


def test_the_event_that_ends_a_worker() -> None:
    assert "self._shutdown_complete_event.wait()" in inspect.getsource(Worker.shutdown)


def test_words_of_mcp() -> None:
    import mcp.client.streamable_http as transport

    source = inspect.getsource(transport)
    assert f'"{errors.SESSION_OVER}"' in source
    assert f'"{errors.HTTP_ERROR}"' in source or "raise_for_status" in source
    assert strands_mcp.MCPClient is MCPClient
