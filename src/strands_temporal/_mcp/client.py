"""TemporalMCPClient: a workflow's handle to an MCP server, whose tools the agent gets before its first model call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from strands.tools.tool_provider import ToolProvider
from strands.types.tools import AgentTool
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, is_cancelled_exception
from typing_extensions import Unpack

from .._errors import InvalidOptionError, MCPServerError, UnsupportedFeatureError, named, refusing_wrong_arguments
from .._model import codec
from .._model.failures import explain_timeout
from .._options import MODEL_HEARTBEAT, NOT_REGISTERED, TOOL_START_TO_CLOSE, Activity, ActivityOptions
from .._tools import activity_call
from .context import checked, copied
from .tool import MCPTool
from .wire import (
    CONTEXT,
    GET_PROMPT,
    LIST_PROMPTS,
    LIST_RESOURCES,
    LIST_TEMPLATES,
    LIST_TOOLS,
    READ_RESOURCE,
    VERSION,
    decode_tool,
    names_in,
)

if TYPE_CHECKING:
    from mcp.types import (
        GetPromptResult,
        ListPromptsResult,
        ListResourcesResult,
        ListResourceTemplatesResult,
        ReadResourceResult,
    )
    from pydantic import AnyUrl


@dataclass
class _Run:
    """What a handle knows in one run of one workflow."""

    tools: Sequence[MCPTool] = ()
    listing: asyncio.Task[None] | None = None
    listed: bool = False
    listed_for_good: bool = False


class TemporalMCPClient(ToolProvider):
    """A workflow's handle to an MCP server that the worker's plugin names.

    Give it to `TemporalAgent(tools=[...])`. The server, with its transport and its secrets, lives on the worker:
    `StrandsPlugin(mcp_clients={"name": factory})`. A handle may be made once for a whole module, and several handles
    may name one server, each with options of its own.
    """

    @refusing_wrong_arguments
    def __init__(
        self,
        server: str,
        *,
        cache_tools: bool | None = None,
        idempotent: bool | None = None,
        read_timeout: timedelta | None = None,
        context: Mapping[str, Any] | None = None,
        elicitation: Literal["interrupt"] | None = None,
        **options: Unpack[ActivityOptions],
    ) -> None:
        """Create the handle; nothing is asked before an agent's first model call.

        Args:
            server: Name of the server in `StrandsPlugin(mcp_clients=...)`.
            cache_tools: How often a run lists the server's tools. By default, and with True, once, before its first
                model call: the tools that the worker has seen at its start. With False before every model call, from
                the server itself, so that its changes are seen.
            idempotent: Whether a call may be made again that may have run already, where its connection is lost, its
                time is over or its worker has died. By default it is, except for tools of which the server itself
                says `idempotentHint=False`. With False no tool of this handle is called twice: the model is told
                that the call may have run.
            read_timeout: How long the server may take to answer a call, then it is called again, on a fresh
                connection; by default as long as the activity may take.
            context: What the server's factory is given, as its one argument: names and values that JSON has, of at most
                16 KiB, like the tenant's id. Never a secret, for the history keeps it; the factory looks that up. Each
                context has a connection of its own, and so its own tools.
            elicitation: With `"interrupt"`, what the server asks during a call stops the agent, and the call is made
                again with the answer (docs/mcp-elicitation.md). By default the `elicitation_callback` of the factory's
                client answers.
            **options: Options of `workflow.execute_activity` for calls and listings: `task_queue`,
                `schedule_to_close_timeout`, `schedule_to_start_timeout`, `start_to_close_timeout` (10 minutes where
                neither it nor `schedule_to_close_timeout` is given), `heartbeat_timeout` (30 seconds where a call may
                take longer than a minute), `retry_policy`, `cancellation_type`, `versioning_intent`, `summary`,
                `priority`.

        Raises:
            InvalidOptionError: An argument has a wrong name, type or value. It is a `ValueError`.
            InvalidArgumentError: `server` is missing. It is a `TypeError`.
        """
        if not isinstance(server, str) or not server:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidOptionError(
                f"TemporalMCPClient(server=...) takes the name of a server in StrandsPlugin(mcp_clients=...), not "
                f"{named(server)}."
            )
        for name, value in (("cache_tools", cache_tools), ("idempotent", idempotent)):
            if value is not None and not isinstance(value, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidOptionError(
                    f"TemporalMCPClient({name}=...) takes True, False or None, not {named(value)}."
                )
        if read_timeout is not None and not (isinstance(read_timeout, timedelta) and read_timeout > timedelta(0)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidOptionError(
                f"TemporalMCPClient(read_timeout=...) takes a timedelta longer than zero, not {named(read_timeout)}."
            )
        if elicitation not in (None, "interrupt"):
            raise InvalidOptionError(
                f"TemporalMCPClient(elicitation=...) takes 'interrupt' or None, not {named(elicitation)}. What the "
                "worker itself can answer, it answers by MCPClient(elicitation_callback=...)."
            )
        self._context = checked(context)
        self._asks = elicitation is not None
        self._server = server
        self._cache_tools = cache_tools
        self._idempotent = idempotent
        self._read_timeout = read_timeout
        given = Activity.of(options, owner="TemporalMCPClient")
        given = given.with_defaults(start_to_close=TOOL_START_TO_CLOSE, heartbeat=MODEL_HEARTBEAT)
        self._options = activity_call.for_tools(given)
        self._runs: WeakKeyDictionary[asyncio.AbstractEventLoop, _Run] = WeakKeyDictionary()

    @property
    def server(self) -> str:
        """Name of the server."""
        return self._server

    @property
    def context(self) -> Mapping[str, Any] | None:
        """What the server's factory is given; None for nothing."""
        return None if self._context is None else copied(self._context)

    async def load_tools(self, **kwargs: Any) -> Sequence[AgentTool]:
        """The tools that are known in this run; none before the first model call, for listing them is an activity."""
        return list(self._run().tools)

    def add_consumer(self, consumer_id: Any, **kwargs: Any) -> None:
        """Nothing to do: the worker owns the connection."""

    def remove_consumer(self, consumer_id: Any, **kwargs: Any) -> None:
        """Nothing to do: the worker owns the connection."""

    async def list_prompts(self, pagination_token: str | None = None) -> ListPromptsResult:
        """List the server's prompts, as `MCPClient.list_prompts_sync`.

        Args:
            pagination_token: Which page; the first by default.

        Raises:
            MCPServerError: The server cannot be reached, or answers with an error.
        """
        return await self._ask(LIST_PROMPTS, "ListPromptsResult", pagination_token)

    async def get_prompt(self, prompt_id: str, args: dict[str, Any]) -> GetPromptResult:
        """Get a prompt of the server, as `MCPClient.get_prompt_sync`.

        Args:
            prompt_id: Name of the prompt.
            args: Its arguments.

        Raises:
            MCPServerError: The server cannot be reached, or answers with an error.
        """
        return await self._ask(GET_PROMPT, "GetPromptResult", prompt_id, args)

    async def list_resources(self, pagination_token: str | None = None) -> ListResourcesResult:
        """List the server's resources, as `MCPClient.list_resources_sync`.

        Args:
            pagination_token: Which page; the first by default.

        Raises:
            MCPServerError: The server cannot be reached, or answers with an error.
        """
        return await self._ask(LIST_RESOURCES, "ListResourcesResult", pagination_token)

    async def list_resource_templates(self, pagination_token: str | None = None) -> ListResourceTemplatesResult:
        """List the templates of the server's resources, as `MCPClient.list_resource_templates_sync`.

        Args:
            pagination_token: Which page; the first by default.

        Raises:
            MCPServerError: The server cannot be reached, or answers with an error.
        """
        return await self._ask(LIST_TEMPLATES, "ListResourceTemplatesResult", pagination_token)

    async def read_resource(self, uri: AnyUrl | str) -> ReadResourceResult:
        """Read a resource of the server, as `MCPClient.read_resource_sync`.

        Args:
            uri: Address of the resource.

        Raises:
            MCPServerError: The server cannot be reached, or answers with an error.
        """
        return await self._ask(READ_RESOURCE, "ReadResourceResult", str(uri))

    async def _ask(self, activity: str, result: str, *arguments: Any) -> Any:
        if not workflow.in_workflow():
            raise UnsupportedFeatureError(
                "TemporalMCPClient asks its server by activities of a workflow. Outside of one, use Strands' MCPClient."
            )
        from mcp import types  # half a second, for workflows that ask

        wire = await self._execute(activity, {"version": VERSION, "arguments": codec.encode(arguments)})
        return getattr(types, result).model_validate(codec.decode(wire))

    @property
    def listed(self) -> bool:
        """Whether the tools were listed in this run."""
        return self._run().listed

    async def refresh(self) -> Sequence[MCPTool]:
        """The server's tools, as they are to be at an agent's next model call."""
        run = self._run()
        if run.listing is None and not run.listed_for_good:
            run.listing = asyncio.ensure_future(self._list(run))
        if (listing := run.listing) is not None:
            try:
                await listing
            finally:
                if run.listing is listing:
                    run.listing = None
        return run.tools

    async def _list(self, run: _Run) -> None:
        fresh = self._cache_tools is False
        wires: Any = await self._execute(LIST_TOOLS, {"version": VERSION, "fresh": fresh})
        infos = [decode_tool(wire) for wire in wires]
        run.tools = [
            MCPTool(
                self,
                info,
                self._options,
                idempotent=self._idempotent,
                read_timeout=self._read_timeout,
                asks=self._asks,
            )
            for info in infos
        ]
        # What the official plugin has recorded is from a run that lists at every call where nothing is said.
        official = not infos or any(info.official for info in infos)
        run.listed = True
        run.listed_for_good = self._cache_tools is True or (self._cache_tools is None and not official)

    async def _execute(self, activity: str, request: dict[str, Any]) -> Any:
        if self._context is not None:
            request[CONTEXT] = codec.encode(self._context)
        try:
            return await workflow.execute_activity(
                activity.format(self._server), args=[request], **self._options.values
            )
        except ActivityError as error:
            raise self._failure(error) from error

    def _failure(self, error: ActivityError) -> BaseException:
        if is_cancelled_exception(error):
            return asyncio.CancelledError("cancelled")
        cause = error.cause
        if isinstance(cause, ApplicationError) and cause.type == NOT_REGISTERED:
            queue = self._options.values.get("task_queue") or workflow.info().task_queue
            known = ", ".join(map(repr, names_in(cause.message))) or "none"
            return MCPServerError(
                f"TemporalMCPClient(server={self._server!r}): the worker of task queue {queue!r} has no MCP server of "
                f"that name; it has: {known}. Correct the name, or register the server on every worker of this task "
                f"queue: StrandsPlugin(mcp_clients={{{self._server!r}: ...}})."
            )
        if isinstance(cause, TimeoutError):
            return MCPServerError(f"MCP server {self._server!r} timed out: {explain_timeout(cause)}.")
        message = cause.message if isinstance(cause, ApplicationError) else str(cause or error)
        return MCPServerError(message)

    def _run(self) -> _Run:
        loop = asyncio._get_running_loop()  # pyright: ignore[reportPrivateUsage]
        if loop is None or not workflow.in_workflow():
            return _Run()
        return self._runs.setdefault(loop, _Run())
