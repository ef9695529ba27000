"""An agent whose tool calls are written down, in the workflow and by an activity."""

from datetime import timedelta

from strands import tool
from strands.hooks import AfterToolCallEvent, HookProvider, HookRegistry
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_hook


@activity.defn
async def persist_tool_call(tool_name: str) -> None:
    """Keep a record of a tool call."""
    # In production, write to a database / S3 / your audit pipeline.
    activity.logger.info(f"audit: tool {tool_name} completed")


class AuditHook(HookProvider):
    """Notes each tool call in the workflow, and has an activity keep it."""

    def __init__(self) -> None:
        """Begin with no calls."""
        self.fired: list[str] = []

    def register_hooks(self, registry: HookRegistry, **kwargs: object) -> None:
        """Register both callbacks."""
        registry.add_callback(AfterToolCallEvent, self._record)
        registry.add_callback(
            AfterToolCallEvent,
            activity_as_hook(
                persist_tool_call,
                activity_input=lambda event: event.tool_use["name"],
                start_to_close_timeout=timedelta(seconds=15),
            ),
        )

    def _record(self, event: AfterToolCallEvent) -> None:
        self.fired.append(event.tool_use["name"])


@tool
def letter_counter(word: str, letter: str) -> int:
    """Count how often a letter occurs in a word.

    Args:
        word: The word.
        letter: The letter.
    """
    return word.lower().count(letter.lower())


@workflow.defn
class HooksWorkflow:
    """Answers one prompt; its query tells which tools were called."""

    def __init__(self) -> None:
        """Make the agent with its hook."""
        self.audit = AuditHook()
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            tools=[letter_counter],
            hooks=[self.audit],
        )

    @workflow.query
    def fired(self) -> list[str]:
        """The tools that were called so far."""
        return self.audit.fired

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        result = await self.agent.invoke_async(prompt)
        return str(result)
