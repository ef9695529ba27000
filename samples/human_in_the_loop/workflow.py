"""An agent that stops before it deletes a file, until a signal brings the answer."""

from datetime import timedelta

from strands import tool
from strands.hooks import BeforeToolCallEvent, HookProvider, HookRegistry
from strands.types.interrupt import InterruptResponseContent
from temporalio import workflow

from strands_temporal import TemporalAgent


@tool
def delete_file(path: str) -> str:
    """Delete a file.

    Args:
        path: Path of the file.
    """
    return f"deleted {path}"  # in production, an activity


class ApprovalHook(HookProvider):
    """Asks before `delete_file` runs."""

    def register_hooks(self, registry: HookRegistry, **kwargs: object) -> None:
        """Register the callback."""
        registry.add_callback(BeforeToolCallEvent, self._gate)

    def _gate(self, event: BeforeToolCallEvent) -> None:
        if event.tool_use["name"] != "delete_file":
            return
        approval = event.interrupt(
            "approval",
            reason=f"approve delete of {event.tool_use['input']['path']}?",
        )
        if approval != "approve":
            event.cancel_tool = "denied"


@workflow.defn
class HumanInTheLoopWorkflow:
    """Waits for the signal `approve` whenever the agent stops."""

    def __init__(self) -> None:
        """Make the agent with its hook."""
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            tools=[delete_file],
            hooks=[ApprovalHook()],
        )
        self._approval: str | None = None
        self._pending_reason: str | None = None

    @workflow.signal
    def approve(self, response: str) -> None:
        """Take the answer."""
        self._approval = response

    @workflow.query
    def pending_approval(self) -> str | None:
        """What the agent asks, if it waits."""
        return self._pending_reason

    @workflow.run
    async def run(self, prompt: str) -> str:
        """Answer the prompt."""
        result = await self.agent.invoke_async(prompt)
        while result.stop_reason == "interrupt":
            interrupts = list(result.interrupts or [])
            self._pending_reason = interrupts[0].reason if interrupts else None
            await workflow.wait_condition(lambda: self._approval is not None)
            response = self._approval
            self._approval = None
            self._pending_reason = None
            responses: list[InterruptResponseContent] = [
                {"interruptResponse": {"interruptId": i.id, "response": response}} for i in interrupts
            ]
            result = await self.agent.invoke_async(responses)
        return str(result)
