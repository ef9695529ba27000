"""Agents that hand over, choose and steer in every way, in a workflow and outside of one.

Loaded in the sandbox without import guards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from strands import Agent, tool
from strands.agent.conversation_manager import SummarizingConversationManager
from strands.hooks import (
    AfterModelCallEvent,
    AfterMultiAgentInvocationEvent,
    AfterNodeCallEvent,
    BeforeModelCallEvent,
    BeforeMultiAgentInvocationEvent,
    BeforeNodeCallEvent,
    BeforeToolCallEvent,
    HookProvider,
    HookRegistry,
    MultiAgentInitializedEvent,
)
from strands.models import Model
from strands.models.routing import ClassifierStrategy, ModelRouter, RoutingCandidate, RoutingContext
from strands.multiagent import GraphBuilder, Swarm
from strands.plugins import MultiAgentPlugin, Plugin, hook
from strands.vended_plugins.steering import (
    Guide,
    LLMSteeringHandler,
    Proceed,
    SteeringContextCallback,
    SteeringContextProvider,
    SteeringHandler,
)
from strands.vended_plugins.steering.handlers.llm import DefaultPromptMapper
from temporalio import workflow

from strands_temporal import TemporalAgent, TemporalModel

from .graph_workflows import texts_of


class Side(NamedTuple):
    """Makes agents, and models for what else needs one."""

    make: Callable[..., Any]
    model: Callable[[str], Model]

    def agent(self, name: str, **options: Any) -> Agent:
        return self.make(name=name, system_prompt=f"You are {name}.", callback_handler=None, **options)

    def plain(self, name: str, model: str = "scripted", **options: Any) -> Agent:
        """Strands' own agent, also in the workflow."""
        given = {"system_prompt": f"You are {name}.", "callback_handler": None, **options}
        return Agent(self.model(model), name=name, **given)


@tool
def measure(word: str) -> str:
    """Count letters.

    Args:
        word: The word.
    """
    return f"{word} has {len(word)}"


def said(result: Any) -> list[Any]:
    return [result.stop_reason, str(result).strip()]


def conversation(agent: Agent) -> list[Any]:
    return [[each["role"], each["content"]] for each in agent.messages]


async def delegates(side: Side) -> Any:
    """What the inner agent says is the answer of the outer one."""
    inner = side.agent("expert", tools=[measure])
    outer = side.agent("desk", tools=[inner.as_tool(description="Knows.", delegate=True)])
    return [said(await outer.invoke_async("go")), conversation(outer), said(await outer.invoke_async("more"))]


async def delegates_not_alone(side: Side) -> Any:
    """A call beside a delegation is refused."""
    inner = side.agent("expert")
    outer = side.agent("hurry", tools=[measure, inner.as_tool(description="Knows.", delegate=True)])
    return [said(await outer.invoke_async("go")), conversation(outer)]


async def plain_below(side: Side) -> Any:
    """A plain agent with a model by name as a tool, which has another one."""
    lowest = side.plain("lowest", model="judge", tools=[measure])
    middle = side.plain("middle", tools=[lowest])
    outer = side.agent("above", tools=[middle.as_tool(preserve_context=True)])
    return [said(await outer.invoke_async("go")), said(await outer.invoke_async("again")), conversation(middle)]


class Events(MultiAgentPlugin):
    """Notes all events of what it is a plugin of."""

    @property
    def name(self) -> str:
        return "events"

    def __init__(self) -> None:
        self.seen: list[str] = []
        super().__init__()

    @hook  # pyright: ignore[reportArgumentType]
    def note(
        self,
        event: MultiAgentInitializedEvent
        | BeforeMultiAgentInvocationEvent
        | AfterMultiAgentInvocationEvent
        | BeforeNodeCallEvent
        | AfterNodeCallEvent,
    ) -> None:
        self.seen.append(f"{type(event).__name__} {getattr(event, 'node_id', event.source.id)}")


async def graph_in_graph(side: Side) -> Any:
    """Events of both, and what goes from one to the other."""
    events = Events()
    inside = GraphBuilder()
    inside.add_node(side.agent("one"), "one")
    inside.add_node(side.plain("two"), "two")
    inside.add_edge("one", "two")
    outside = GraphBuilder()
    inside.set_plugins([events]).set_graph_id("inside").set_max_node_executions(5)
    outside.add_node(inside.build(), "inside")
    outside.add_node(side.agent("three"), "three")
    outside.add_edge("inside", "three", condition=lambda state: "two" in str(state.results["inside"].result))
    outside.set_plugins([events]).set_graph_id("outside").set_max_node_executions(5)
    result = await outside.build().invoke_async("go")
    return [result.status.value, events.seen, str(result.results["three"].result), sorted(result.to_dict())]


async def swarm_with_hooks(side: Side) -> Any:
    """A hook of a swarm cancels the second node."""
    events = Events()

    class Stops(HookProvider):
        def register_hooks(self, registry: HookRegistry, **kwargs: Any) -> None:
            registry.add_callback(BeforeNodeCallEvent, self.check)

        def check(self, event: BeforeNodeCallEvent) -> None:
            if event.node_id == "builder":
                event.cancel_node = "no building today"

    agents = [side.agent("planner"), side.agent("builder")]
    result = await Swarm(agents, hooks=[Stops()], plugins=[events], id="team").invoke_async("go")
    return [result.status.value, events.seen, texts_of(result), [each.node_id for each in result.node_history]]


async def swarm_limits(side: Side) -> Any:
    """Two that hand to and fro are noticed."""
    agents = [side.agent("ping"), side.agent("pong")]
    swarm = Swarm(
        agents,
        entry_point=agents[1],
        repetitive_handoff_detection_window=4,
        repetitive_handoff_min_unique_agents=3,
    )
    result = await swarm.invoke_async("go")
    return [result.status.value, [each.node_id for each in result.node_history]]


async def routed_by_a_classifier(side: Side) -> Any:
    candidates = [
        RoutingCandidate(side.model("cheap"), name="cheap", description="for greetings"),
        RoutingCandidate(side.model("scripted"), name="good", description="for work"),
    ]
    router = ModelRouter(candidates, strategy=ClassifierStrategy(side.model("judge")))
    agent = Agent(router, system_prompt="You are routed.", callback_handler=None)
    return [said(await agent.invoke_async("a hard one")), conversation(agent)]


async def routed_after_failures(side: Side) -> Any:
    """A router in a router; the first fails, and then the one that a strategy of the user's own names is asked."""

    class Last:
        async def select(self, context: RoutingContext, **kwargs: Any) -> RoutingCandidate | None:
            return None if context.attempts else context.candidates[-1]

    inner = ModelRouter([side.model("cheap"), side.model("scripted")], strategy=Last())
    agent = Agent(ModelRouter([side.model("broken"), inner]), system_prompt="You are routed.", callback_handler=None)
    return [said(await agent.invoke_async(f"go {number}")) for number in range(2)]


class WordsCallback(SteeringContextCallback[BeforeToolCallEvent]):
    def __call__(self, event: BeforeToolCallEvent, steering_context: Any, **kwargs: Any) -> None:
        words = steering_context.data.get("words") or []
        steering_context.data.set("words", [*words, event.tool_use["input"]["word"]])


class Words(SteeringContextProvider):
    """A context of the user's own."""

    def context_providers(self, **kwargs: Any) -> list[SteeringContextCallback[Any]]:
        return [WordsCallback()]


class OnlyShort(SteeringHandler):
    """Steers by a context of its own, tools and answers."""

    def __init__(self) -> None:
        super().__init__(context_providers=[Words()])
        self.guided = 0

    async def steer_before_tool(self, *, agent: Any, tool_use: Any, **kwargs: Any) -> Any:
        long = [each for each in self.steering_context.data.get("words") or [] if len(each) > 4]
        return Guide(reason=f"too long: {long}") if long else Proceed(reason="short")

    async def steer_after_model(self, *, agent: Any, message: Any, stop_reason: Any, **kwargs: Any) -> Any:
        if stop_reason != "end_turn" or self.guided:
            return Proceed(reason="fine")
        self.guided += 1
        return Guide(reason="say it politely")


async def steered_by_code(side: Side) -> Any:
    agent = side.agent("steered", tools=[measure], plugins=[OnlyShort()])
    return [said(await agent.invoke_async("go")), conversation(agent)]


class Adviser(Plugin):
    """Asks an agent, synchronously, when its own agent is made and at each model call, and hears of the answer."""

    @property
    def name(self) -> str:
        return "adviser"

    def __init__(self, side: Side) -> None:
        self.side = side
        super().__init__()

    def init_agent(self, agent: Agent) -> None:
        agent.state.set("advice", str(self.side.agent("adviser")("at the start")).strip())

    @hook  # pyright: ignore[reportArgumentType]
    def before(self, event: BeforeModelCallEvent) -> None:
        if len(event.agent.messages) == 1:
            event.agent.messages[0]["content"].append({"text": str(self.side.plain("adviser")("at a call")).strip()})

    @hook  # pyright: ignore[reportArgumentType]
    def after(self, event: AfterModelCallEvent) -> None:
        event.agent.state.set("advice", f"{event.agent.state.get('advice')}, {len(event.agent.messages)}")


async def sync_in_tasks(side: Side) -> Any:
    """Sync calls in the tasks of a graph's nodes and of a swarm: of hooks, judges, summarizers and initialisers."""

    def node(name: str) -> Agent:
        manager = SummarizingConversationManager(summary_ratio=0.5, preserve_recent_messages=2)
        steering = LLMSteeringHandler("Judge.", prompt_mapper=DefaultPromptMapper(), model=side.model("judge"))
        advised = side.agent(
            name, tools=[measure], plugins=[Adviser(side), steering], conversation_manager=manager, aux_model="aux"
        )
        return advised

    builder = GraphBuilder()
    nodes = [node(name) for name in ("left", "right")]
    for each in nodes:
        builder.add_node(each, each.name)
    team = [node(name) for name in ("upper", "lower")]
    builder.add_node(Swarm(team), "team")
    result = await builder.set_max_node_executions(10).build().invoke_async("go")
    return [
        result.status.value,
        sorted((name, str(each.result)) for name, each in result.results.items() if name != "team"),
        [[each.state.get("advice"), conversation(each)] for each in (*nodes, *team)],
    ]


Case: TypeAlias = Callable[[Side], Awaitable[Any]]

_ALL: list[Case] = [
    *(delegates, delegates_not_alone, plain_below, graph_in_graph, swarm_with_hooks, swarm_limits),
    *(routed_by_a_classifier, routed_after_failures, steered_by_code, sync_in_tasks),
]
CASES: dict[str, Case] = {each.__name__: each for each in _ALL}  # type: ignore[attr-defined]


@workflow.defn
class Same:
    """One of them."""

    @workflow.run
    async def run(self, name: str) -> Any:
        soon = timedelta(seconds=2)  # in which a killed worker is noticed
        make = partial(TemporalAgent, "scripted", heartbeat_timeout=soon)
        return await CASES[name](Side(make, lambda name: TemporalModel(name, heartbeat_timeout=soon)))
