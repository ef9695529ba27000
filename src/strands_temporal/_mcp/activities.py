"""The activities of a worker's MCP servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from strands.interrupt import InterruptException
from temporalio import activity
from temporalio.exceptions import ApplicationError

from .._model import codec
from .._model.limits import TOO_LARGE, encoded_size
from .._model.liveness import Liveness
from .._settings import WorkerSettings
from .._tools.results import render_error
from .attempt import Attempt
from .connection import Connection
from .errors import FAILURE_TYPE, ServerLostError, answer_of, to_application_error
from .servers import Servers
from .wire import CALL_TOOL, LIST_TOOLS, QUESTIONS, CallRequest, context_in, encode_tool


class ServerActivities:
    """The activities of one server."""

    def __init__(self, name: str, servers: Servers, settings: WorkerSettings) -> None:
        """Create them.

        Args:
            name: Name of the server.
            servers: The worker's servers.
            settings: The worker's settings.
        """
        self._name = name
        self._servers = servers
        self._settings = settings

    def all(self) -> list[Callable[..., Any]]:
        """What the worker registers."""
        named: dict[str, Callable[[Any], Awaitable[Any]]] = {LIST_TOOLS: self._list_tools, CALL_TOOL: self._call_tool}
        named |= {pattern: self._asking(method) for pattern, method in QUESTIONS.items()}
        return [_defined(pattern.format(self._name), function) for pattern, function in named.items()]

    async def _list_tools(self, wire: Mapping[str, Any] | None) -> Any:
        # The official plugin's workflows give no argument, and want what there is now.
        fresh = True if wire is None else bool(wire.get("fresh"))
        async with Liveness(None).supervise():  # it may have to wait for a connection
            tools = await self._servers[self._name].tools(fresh=fresh, context=context_in(wire))
        return self._checked(
            [encode_tool(tool) for tool in tools.values()],
            f"The {len(tools)} tools of MCP server {self._name!r} are",
            "Have fewer of them, by MCPClient(tool_filters=...).",
        )

    async def _call_tool(self, wire: Mapping[str, Any] | None) -> Any:
        request = CallRequest.from_wire(wire or {"tool_name": ""})
        attempt = Attempt(request)
        attempt.refuse_if_it_may_have_run()
        liveness = Liveness(None, what="MCP call")
        liveness.beat = attempt.beat
        try:
            async with liveness.supervise():
                return await self._call(request, attempt)
        except ServerLostError as error:
            attempt.failed(error)
            raise
        finally:
            await attempt.close()

    async def _call(self, request: CallRequest, attempt: Attempt) -> Any:
        again = True
        while True:
            try:
                server, asks = self._servers[self._name], request.answers is not None
                async with server.using(request.context, alone=asks) as connection:
                    if gone := await _missing(connection, request):
                        return gone
                    return await connection.call(
                        request.tool_use_id,
                        request.tool_name,
                        request.arguments,
                        progress=attempt.progress,
                        read_timeout=request.read_timeout,
                        answers=request.answers,
                    )
            except ServerLostError as error:
                if error.sent or error.connecting or not again:
                    raise
                again = False  # the connection was to a server that is there no more; perhaps another is

    def _asking(self, method: str) -> Callable[[Any], Awaitable[Any]]:
        """What asks a client by one of its methods, and records the answer as the protocol writes it."""

        async def ask(wire: Mapping[str, Any]) -> Any:
            arguments = codec.decode(wire["arguments"])
            server = self._servers[self._name]
            async with Liveness(None, what="MCP call").supervise(), server.using(context_in(wire)) as connection:
                answer: Any = await connection.ask(lambda: getattr(connection.client, method)(*arguments))
            return self._checked(
                codec.encode(answer.model_dump(mode="json", by_alias=True, exclude_none=True)),
                f"The answer of MCP server {self._name!r} is",
                "Ask it for a part.",
            )

        return ask

    def _checked(self, result: Any, what: str, remedy: str) -> Any:
        limit = self._settings.payload_limit
        size = encoded_size(activity.payload_converter(), [result], limit)
        if limit is not None and size > limit:
            message = f"{what} too large to be recorded: {size:,} bytes where {limit:,} are allowed. {remedy}"
            raise ApplicationError(message, type=TOO_LARGE, non_retryable=True)
        return result


def _defined(name: str, function: Callable[[Any], Awaitable[Any]]) -> Callable[..., Any]:
    @activity.defn(name=name)
    async def run(wire: dict[str, Any] | None = None) -> Any:
        try:
            return await function(wire)
        except InterruptException:
            raise
        except ServerLostError as error:  # without its causes: with all their frames they are too large to record
            raise to_application_error(error) from None
        except Exception as error:
            if (answer := answer_of(error)) is not None:  # the server's, which it would give again
                message = f"{answer.message} (MCP error {answer.code})"
                raise ApplicationError(message, type=FAILURE_TYPE, non_retryable=True) from None
            raise to_application_error(error) from error

    return run


async def _missing(connection: Connection, request: CallRequest) -> Any:
    """What the model is told of a tool that the server had when the workflow listed its tools."""
    if request.tool_name in connection.tools or request.tool_name in await connection.list_tools():
        return None
    names = ", ".join(sorted(tool.tool_name for tool in connection.tools.values())) or "none"
    message = f"The server has no tool {request.tool_name!r} any more. It was not called. The server's tools are now: "
    return render_error(request.tool_use_id, f"{message}{names}.")
