"""AgentState: all that an agent has to have in a new run, in one dataclass."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from strands import Agent
from strands.agent.conversation_manager import NullConversationManager
from strands.experimental.checkpoint import Checkpoint
from strands.types import Snapshot
from strands.types.exceptions import CheckpointException
from temporalio.contrib.workflow_streams import WorkflowStream, WorkflowStreamState

from .._agent import TemporalAgent
from .._approvals.carried import carried_interrupts, restore_interrupts
from .._errors import InvalidOptionError
from .._model import codec
from .._runtime.sub_agents import sub_agents
from .size import refuse_too_large

if TYPE_CHECKING:
    from .._child.agent import ChildAgent

_VERSION = 1
_OLDEST = 1


@dataclass
class AgentState:
    """The whole state of an agent, for the arguments of a new run.

    Its fields are JSON values, the same under every payload converter; images and other bytes among the messages are
    written without loss. To look at the conversation, restore an agent and read `agent.messages`.

    Attributes:
        messages: The conversation.
        state: `agent.state`.
        conversation_manager: What the conversation manager keeps: how many messages it removed, its summary.
        model_state: What a stateful model keeps of the conversation at its provider.
        interrupts: The questions that the agent waits for answers to, with the tool calls that asked.
        checkpoint: Where `run_turn` left a turn.
        stream: The workflow's `WorkflowStream`, with its offset.
        version: Version of this form.
        agents: The same of the agents that are tools of the agent, by the names of the tools.
    """

    messages: list[Any]
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    conversation_manager: dict[str, Any] = field(default_factory=dict[str, Any])
    model_state: dict[str, Any] = field(default_factory=dict[str, Any])
    interrupts: dict[str, Any] | None = None
    checkpoint: dict[str, Any] | None = None
    stream: WorkflowStreamState | None = None
    version: int = _VERSION
    agents: dict[str, AgentState] = field(default_factory=dict[str, "AgentState"])

    @classmethod
    def of(cls, agent: TemporalAgent | ChildAgent, stream: WorkflowStream | None = None) -> AgentState:
        """Take the state of an agent.

        What the agent is made of is not in it: model, tools, hooks, system prompt. Nor are `invocation_state` and the
        metrics. Agents that are its tools are in it, as far as their next call would see it: all of one made by
        `as_tool(preserve_context=True)`; what others ask for, and what their models keep at the provider.

        Args:
            agent: The agent; no invocation of it is under way. Of one made by `agent_as_child_workflow`, the state is
                what its next call goes on with: a conversation that it preserves, or in which it has asked a human.
            stream: The stream that the workflow hosts, to be taken along.

        Returns:
            Its state now. It does not change with the agent.

        Raises:
            PayloadSizeError: It is larger than Temporal's server takes, or `StrandsPlugin(payload_limit=...)` allows;
                the message names what is large. With external storage on the client there is no limit.
            InvalidOptionError: `agent` is none of these, or it or an agent that is its tool is being invoked, or
                something in it is no JSON value.
        """
        _check_agent(agent, "AgentState.of")
        taken = _take(agent, ()) if isinstance(agent, TemporalAgent) else _take_child(agent)
        taken.stream = stream.get_state() if stream else None
        refuse_too_large(taken, f"The state of agent {agent.name!r}")
        return taken

    def restore(self, agent: TemporalAgent | ChildAgent) -> None:
        """Give an agent this state; before it is invoked.

        Args:
            agent: An agent made as the one was whose state this is: with the same tools, and the same kind of
                conversation manager.

        Raises:
            InvalidOptionError: `agent` is none of these, or has another kind of conversation manager, or this
                was written by a newer version of strands-temporal.
        """
        _check_agent(agent, "AgentState.restore")
        if not _OLDEST <= self.version <= _VERSION:
            raise InvalidOptionError(
                f"This AgentState has version {self.version!r}, and this strands-temporal reads {_OLDEST} to "
                f"{_VERSION}. Run the workflow on workers with the version that wrote it, or a newer one."
            )
        if isinstance(agent, TemporalAgent):
            _give(agent, self)
        else:
            _give_to_child(agent, self)


def _take(agent: Agent, above: tuple[Agent, ...]) -> AgentState:
    """The state of an agent and of those that are its tools, but for those `above`, of which it may be a tool too."""
    paused_at = None
    if isinstance(agent, TemporalAgent):
        paused_at = agent.paused_at
        if agent.in_invocation:
            raise _in_invocation(agent)
    try:
        kept = Agent.take_snapshot(agent, include=["state", "conversation_manager_state", "model_state"]).data
        return AgentState(
            messages=codec.encode(agent.messages),
            state=codec.encode(kept["state"]),
            conversation_manager=codec.encode(kept["conversation_manager_state"]),
            model_state=codec.encode(kept["model_state"]),
            interrupts=carried_interrupts(agent),
            checkpoint=paused_at.to_dict() if paused_at else None,
            agents=_take_sub_agents(agent, (*above, agent)),
        )
    except (TypeError, RecursionError) as error:  # Strands copies the state, and Python gives up at some depth
        raise InvalidOptionError(
            f"The state of agent {agent.name!r} cannot be carried into a new run: {error}. Keep JSON values and "
            "bytes in its messages, and JSON values in what its conversation manager keeps."
        ) from error


def _child_agents(agent: Agent) -> dict[str, ChildAgent]:
    """The agents in child workflows that are tools of an agent, by the names of the tools."""
    from .._child.tool import ChildAgentTool  # which itself needs this module

    tools = agent.tool_registry.registry.items()
    return {name: tool.agent for name, tool in tools if isinstance(tool, ChildAgentTool)}


def _take_child(agent: ChildAgent) -> AgentState:
    if agent.in_invocation:
        raise _in_invocation(agent)
    return _read(agent.kept_state) if agent.kept_state is not None else AgentState([])


def _read(written: dict[str, Any]) -> AgentState:
    """A state from the dict that crosses to and from a child workflow."""
    known: dict[str, Any] = {
        each.name: written[each.name] for each in dataclasses.fields(AgentState) if each.name in written
    }
    known["agents"] = {name: _read(each) for name, each in written.get("agents", {}).items()}
    return AgentState(**known)


def _give_to_child(agent: ChildAgent, state: AgentState) -> None:
    kept = dataclasses.replace(state, stream=None)
    agent.keep_state(None if kept == AgentState([]) else dataclasses.asdict(kept))


def _take_sub_agents(agent: Agent, above: tuple[Agent, ...]) -> dict[str, AgentState]:
    children = {name: each for name, each in _child_agents(agent).items() if each.kept_state is not None}
    taken = {name: _take_child(each) for name, each in children.items()}
    for name, (sub_agent, keeps_conversation) in sub_agents(agent).items():
        if any(sub_agent is each for each in above):
            continue
        if keeps_conversation:
            taken[name] = _take(sub_agent, above)
            continue
        model_state = codec.encode(Agent.take_snapshot(sub_agent, include=["model_state"]).data["model_state"])
        agents = _take_sub_agents(sub_agent, (*above, sub_agent))
        if model_state or agents:
            taken[name] = AgentState([], model_state=model_state, agents=agents)
    return taken


def _give(agent: Agent, state: AgentState) -> None:
    manager: dict[str, Any] = codec.decode(state.conversation_manager)
    data = {
        "messages": codec.decode(state.messages),
        "state": codec.decode(state.state),
        "model_state": codec.decode(state.model_state),
    }
    if manager:
        _fit_conversation_manager(agent, manager)
        data["conversation_manager_state"] = manager
    try:
        Agent.load_snapshot(agent, _snapshot(data))
        if isinstance(agent, TemporalAgent):
            agent.paused_at = Checkpoint.from_dict(dict(state.checkpoint)) if state.checkpoint else None
    except (CheckpointException, KeyError, TypeError, ValueError) as error:
        raise InvalidOptionError(f"This state cannot be given to agent {agent.name!r}: {error}") from error
    restore_interrupts(agent, state.interrupts)
    _give_to_sub_agents(agent, state)


def _give_to_sub_agents(agent: Agent, state: AgentState) -> None:
    known = sub_agents(agent)
    children = _child_agents(agent)
    for name, theirs in state.agents.items():
        if name in children:
            _give_to_child(children[name], theirs)
        if name not in known:  # of a tool that is gone nobody asks any more
            continue
        sub_agent, keeps_conversation = known[name]
        if keeps_conversation:
            _give(sub_agent, theirs)
        else:
            Agent.load_snapshot(sub_agent, _snapshot({"model_state": codec.decode(theirs.model_state)}))
            _give_to_sub_agents(sub_agent, theirs)


def _snapshot(data: dict[str, Any]) -> Snapshot:
    return Snapshot("agent", "1.0", data, {}, created_at="carried")


def _in_invocation(agent: TemporalAgent | ChildAgent) -> InvalidOptionError:
    return InvalidOptionError(
        f"AgentState.of(agent): agent {agent.name!r} is being invoked, and what it is doing would be lost. "
        "Wait for its result; where handlers invoke it, await "
        "workflow.wait_condition(workflow.all_handlers_finished) first."
    )


def _check_agent(agent: Any, what: str) -> None:
    from .._child.agent import ChildAgent  # which itself needs this module

    if not isinstance(agent, (TemporalAgent, ChildAgent)):
        raise InvalidOptionError(
            f"{what}(agent) takes a TemporalAgent, not {type(agent).__name__}; or what agent_as_child_workflow gave."
        )


def _fit_conversation_manager(agent: Agent, state: dict[str, Any]) -> None:
    has, had = type(agent.conversation_manager).__name__, cast(str, state.get("__name__"))
    follows = isinstance(agent, TemporalAgent) and agent.may_follow_the_model
    if had == NullConversationManager.__name__ and follows:
        agent.conversation_manager = NullConversationManager()  # its model is stateful, as its first reply will say
    elif has != had:
        raise InvalidOptionError(
            f"Agent {agent.name!r} has a {has}, and this is the state of an agent with a {had}. Give it "
            f"conversation_manager={had}(...), or carry the messages alone: TemporalAgent(messages=agent.messages)."
        )
