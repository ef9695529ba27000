"""Workflows whose agents use MCP servers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strands import ToolContext, tool
from strands.hooks import BeforeToolCallEvent
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.contrib.workflow_streams import WorkflowStream

from strands_temporal import TemporalAgent, TemporalMCPClient
from strands_temporal.workflow import Approvals, carried_interrupts, restore_interrupts


@workflow.defn
class UsesEcho:
    """As on the page."""

    def __init__(self) -> None:
        echo = TemporalMCPClient(server="echo", start_to_close_timeout=timedelta(seconds=30))
        self.agent = TemporalAgent(
            "scripted", start_to_close_timeout=timedelta(seconds=60), tools=[echo], callback_handler=None
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await self.agent.invoke_async(prompt)).strip()


def client_of(server: str, options: dict[str, Any]) -> TemporalMCPClient:
    """A handle, with options as JSON has them."""
    if (seconds := options.pop("seconds", None)) is not None:
        options["start_to_close_timeout"] = timedelta(seconds=seconds)
    if (attempts := options.pop("attempts", None)) is not None:
        options["retry_policy"] = RetryPolicy(
            initial_interval=timedelta(milliseconds=50), backoff_coefficient=1, maximum_attempts=attempts
        )
    for name in ("heartbeat_timeout", "read_timeout"):
        if name in options:
            options[name] = timedelta(seconds=options[name])
    return TemporalMCPClient(server, **options)


@workflow.defn
class UsesServer:
    """A server of any name, with any options."""

    @workflow.run
    async def run(self, prompt: str, server: str, options: dict[str, Any]) -> str:
        agent = TemporalAgent("scripted", tools=[client_of(server, options)], callback_handler=None)
        return str(await agent.invoke_async(prompt)).strip()


@workflow.defn
class UsesThree:
    """Three servers."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        servers = [TemporalMCPClient(name) for name in ("one", "two", "three")]
        agent = TemporalAgent("scripted", tools=servers, callback_handler=None)
        return str(await agent.invoke_async(prompt)).strip()


@workflow.defn
class TwoTurns:
    """A chat of two turns."""

    def __init__(self) -> None:
        self.agent: TemporalAgent | None = None
        self.turns = 0

    @workflow.run
    async def run(self, server: str, options: dict[str, Any]) -> None:
        self.agent = TemporalAgent("scripted", tools=[client_of(server, options)], callback_handler=None)
        await workflow.wait_condition(lambda: self.turns == 2 and workflow.all_handlers_finished())

    @workflow.update
    async def turn(self, prompt: str) -> str:
        await workflow.wait_condition(lambda: self.agent is not None)
        assert self.agent is not None
        self.turns += 1
        return str(await self.agent.invoke_async(prompt)).strip()


@workflow.defn
class Publishes:
    """An agent whose tools' progress is published."""

    def __init__(self) -> None:
        self.stream = WorkflowStream()

    @workflow.run
    async def run(self, prompt: str) -> str:
        agent = TemporalAgent(
            "scripted",
            tools=[TemporalMCPClient("rich")],
            streaming_topic="events",
            streaming_tool_events=True,
            callback_handler=None,
            name="watched",
        )
        return str(await agent.invoke_async(prompt)).strip()


@workflow.defn
class Reads:
    """Prompts and resources, as workflow code reads them."""

    @workflow.run
    async def run(self) -> list[Any]:
        rich = TemporalMCPClient("rich")
        prompts = await rich.list_prompts()
        prompt = await rich.get_prompt("greet", {"name": "Ada"})
        resources = await rich.list_resources()
        templates = await rich.list_resource_templates()
        texts = [await rich.read_resource(uri) for uri in ("notes://today", "notes://day/monday")]
        picture: Any = (await rich.read_resource("notes://picture")).contents[0]
        refused = ""
        try:
            await rich.get_prompt("unknown", {})
        except RuntimeError as error:
            refused = str(error)
        return [
            [each.name for each in prompts.prompts],
            [message.content.model_dump(mode="json")["text"] for message in prompt.messages],
            sorted(str(each.uri) for each in resources.resources),
            [each["uriTemplate"] for each in templates.model_dump(mode="json", by_alias=True)["resourceTemplates"]],
            [content.model_dump(mode="json")["text"] for read in texts for content in read.contents],
            picture.blob,
            refused,
        ]


@workflow.defn
class Approved:
    """Calls that need approval."""

    def __init__(self) -> None:
        self.approvals = Approvals(tools=["echo"])
        self.agent = TemporalAgent(
            "scripted", tools=[TemporalMCPClient("echo")], callback_handler=None, hooks=[self.approvals]
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await self.approvals.run(self.agent, prompt)).strip()


@workflow.defn
class HookAsks:
    """A hook asks before each call, and hears yes to the first alone."""

    @workflow.run
    async def run(self, prompt: str) -> list[Any]:
        def ask(event: BeforeToolCallEvent[Any]) -> None:
            if event.interrupt("approval", reason=f"echo {event.tool_use['input']['text']}?") != "yes":
                event.cancel_tool = "denied"

        agent = TemporalAgent("scripted", tools=[TemporalMCPClient("echo")], callback_handler=None)
        agent.add_hook(ask, BeforeToolCallEvent)
        result = await agent.invoke_async(prompt)
        asked = sorted(result.interrupts or (), key=lambda each: str(each.reason))
        answers: Any = [
            {"interruptResponse": {"interruptId": each.id, "response": "yes" if number == 0 else "no"}}
            for number, each in enumerate(asked)
        ]
        result = await agent.invoke_async(answers)
        return [str(result).strip(), [each.reason for each in asked]]


@workflow.defn
class LeavesWithAnApproval:
    """Continues as new while a call waits for its approval."""

    @workflow.init
    def __init__(self, messages: Any = None, carried: Any = None) -> None:
        self.approvals = Approvals(tools=["echo"], deadline=timedelta(hours=1))
        echo = TemporalMCPClient("echo")
        self.agent = TemporalAgent(
            "scripted", tools=[echo], messages=messages, callback_handler=None, hooks=[self.approvals]
        )
        if carried is not None:
            restore_interrupts(self.agent, carried)

    @workflow.run
    async def run(self, messages: Any = None, carried: Any = None) -> str:
        if carried is None:
            await self.approvals.run(self.agent, "go", leave_when=lambda: True)
            workflow.continue_as_new(args=[self.agent.messages, carried_interrupts(self.agent)])
        return str(await self.approvals.run(self.agent)).strip()


@workflow.defn
class LongArguments:
    """A hook makes the arguments of a call long."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        def lengthen(event: BeforeToolCallEvent[Any]) -> None:
            if "long" in event.tool_use["input"]["text"]:
                event.tool_use = {**event.tool_use, "input": {"text": "x" * 30000}}

        agent = TemporalAgent("scripted", tools=[TemporalMCPClient("echo")], callback_handler=None)
        agent.add_hook(lengthen, BeforeToolCallEvent)
        return str(await agent.invoke_async(prompt)).strip()


@workflow.defn
class CancelsTheAgent:
    """`agent.cancel()` while a call is under way."""

    def __init__(self) -> None:
        self.agent: TemporalAgent | None = None

    @workflow.run
    async def run(self, server: str, options: dict[str, Any]) -> list[Any]:
        self.agent = TemporalAgent("scripted", tools=[client_of(server, options)], callback_handler=None)
        result = await self.agent.invoke_async("go")
        last: Any = self.agent.messages[-1]
        return [result.stop_reason, [block.get("toolResult") for block in last["content"]]]

    @workflow.signal
    def cancel(self) -> None:
        assert self.agent is not None
        self.agent.cancel()


@workflow.defn
class TwoAgents:
    """Two agents that share one handle, made at different times."""

    @workflow.run
    async def run(self, options: dict[str, Any]) -> list[list[str]]:
        client = client_of("echo", options)
        first = TemporalAgent("scripted", tools=[client], callback_handler=None)
        await first.invoke_async("go")
        second = TemporalAgent("scripted", tools=[client], callback_handler=None)
        known = sorted(second.tool_names)
        await second.invoke_async("go")
        return [sorted(first.tool_names), known, sorted(second.tool_names)]


@tool
def echo(text: str) -> str:
    """A tool of the same name as the server's."""
    return text


@workflow.defn
class SameName:
    """A tool of the agent's and one of the server's have one name."""

    @workflow.run
    async def run(self, prompt: str) -> str:
        agent = TemporalAgent("scripted", tools=[echo, TemporalMCPClient("echo")], callback_handler=None)
        return str(await agent.invoke_async(prompt)).strip()


@tool(context=True)
def calls_echo(text: str, tool_context: ToolContext) -> str:
    """Call the server's tool directly, as sync code does.

    Args:
        text: What it is to say.
    """
    result = tool_context.agent.tool.echo(text=text, record_direct_tool_call=False)
    return f"{result['status']}: {result['content'][0]['text']}"


@workflow.defn
class CallsDirectly:
    """`agent.tool.x()` on the tools of a server: by workflow code, and by a sync tool that runs in the workflow."""

    @workflow.run
    async def run(self) -> list[Any]:
        echo = TemporalMCPClient("echo")
        agent = TemporalAgent("scripted", tools=[echo, calls_echo], callback_handler=None)
        said = str(await agent.invoke_async("go")).strip()
        results = [agent.tool.double(text="ab"), agent.tool.fail(reason="no luck")]
        return [said, [[each["status"], each["content"][0]["text"]] for each in results], len(agent.messages)]


@workflow.defn
class CallsFirst:
    """`agent.tool.x()` before the agent's first model call, which is when a server's tools are asked for otherwise."""

    @workflow.init
    def __init__(self, name: str) -> None:
        self.agent = TemporalAgent("scripted", tools=[TemporalMCPClient("echo")], callback_handler=None)

    @workflow.run
    async def run(self, name: str) -> Any:
        first = getattr(self.agent.tool, name)(text="hi")
        return [first["content"], str(await self.agent.invoke_async("go")).strip()]
