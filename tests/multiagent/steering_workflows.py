"""Other models beside an agent's own, by name; loaded in the sandbox without import guards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strands import Agent, tool
from strands.agent.conversation_manager import SummarizingConversationManager
from strands.experimental.context_manager import ContextManager, Offload
from strands.memory import MemoryManager, ModelExtractor
from strands.models.ollama import OllamaModel
from strands.models.routing import ModelRouter
from strands.vended_memory_stores import TestMemoryStore
from strands.vended_plugins.goal import GoalLoop, JudgeConfig
from strands.vended_plugins.steering import LLMSteeringHandler
from temporalio import workflow
from temporalio.common import RetryPolicy

from strands_temporal import TemporalAgent, TemporalModel


@tool
def delete(path: str) -> str:
    """Delete a file.

    Args:
        path: The file.
    """
    return f"deleted {path}"


@workflow.defn
class Steered:
    """An agent whose tool calls another model judges."""

    @workflow.run
    async def run(self, by_aux_model: bool) -> list[Any]:
        handler = LLMSteeringHandler("Judge.", model=None if by_aux_model else TemporalModel("judge"))
        agent = TemporalAgent(
            "scripted",
            tools=[delete],
            plugins=[handler],
            aux_model="judge" if by_aux_model else None,
            callback_handler=None,
        )
        result = await agent.invoke_async("go")
        asked = [[each.name, each.reason] for each in result.interrupts or ()]
        return [result.stop_reason, str(result).strip(), asked]


@workflow.defn
class Summarized:
    """A conversation whose middle another model sums up."""

    @workflow.run
    async def run(self) -> list[Any]:
        agent = TemporalAgent(
            "scripted",
            aux_model="judge",
            conversation_manager=SummarizingConversationManager(summary_ratio=0.5, preserve_recent_messages=2),
            callback_handler=None,
        )
        for number in range(3):
            await agent.invoke_async(f"say {number}")
        agent.conversation_manager.reduce_context(agent)  # as Strands does when the context is too long
        return [block.get("text") for message in agent.messages for block in message["content"]]


@workflow.defn
class Routed:
    """A plain agent with two recorded models, the second for when the first fails."""

    @workflow.run
    async def run(self) -> list[str]:
        router = ModelRouter(
            [TemporalModel("broken", retry_policy=RetryPolicy(maximum_attempts=1)), TemporalModel("scripted")]
        )
        agent = Agent(router, tools=[delete], callback_handler=None)
        return [str(await agent.invoke_async(f"go {number}")).strip() for number in range(2)]


@workflow.defn
class Plain:
    """A plain agent with a recorded model, and what fails in it."""

    @workflow.run
    async def run(self, model: str) -> str:
        def fail(**event: Any) -> None:
            if "data" in event:
                raise KeyError("the callback")

        agent = Agent(TemporalModel(model), name="plain", callback_handler=fail)
        return str(await agent.invoke_async("go")).strip()


BESIDE = OllamaModel("http://127.0.0.1:1", model_id="none")
"""A provider's model that is made where the workflow's module is imported."""


def _extracting() -> TemporalAgent:
    store = TestMemoryStore(
        name="notes", persist=False, writable=True, extraction={"extractor": ModelExtractor(model=BESIDE)}
    )
    return TemporalAgent("scripted", memory_manager=MemoryManager(stores=[store]))


MISTAKES: dict[str, Callable[[], Any]] = {
    "judge": lambda: TemporalAgent(
        "scripted", plugins=[GoalLoop("good", judge=JudgeConfig(model=BESIDE), max_attempts=2)]
    ),
    "steering": lambda: TemporalAgent("scripted", plugins=[LLMSteeringHandler("Judge.", model=BESIDE)]),
    "extraction": _extracting,
    "strategy": lambda: TemporalAgent(
        "scripted", context_manager=ContextManager(strategies=[Offload.summarize("*", {"model": BESIDE})])
    ),
    "summarizer": lambda: TemporalAgent(
        "scripted", conversation_manager=SummarizingConversationManager(summarization_agent=Agent(BESIDE))
    ),
    "made there": lambda: OllamaModel("http://127.0.0.1:1", model_id="none"),
    "object": lambda: TemporalModel(TemporalModel("a")),  # type: ignore[arg-type]
    "empty": lambda: TemporalModel(""),
    "option": lambda: TemporalModel("a", timeout=1),  # type: ignore[call-arg]
    "auxiliary": lambda: TemporalAgent("scripted", aux_model=7),
}


@workflow.defn
class Mistake:
    """Names a model in a way that cannot be."""

    @workflow.run
    async def run(self, mistake: str) -> None:
        MISTAKES[mistake]()
