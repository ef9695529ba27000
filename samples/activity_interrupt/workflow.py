"""An agent with an activity as tool, which stops the agent for an answer."""

from datetime import timedelta

from strands.interrupt import Interrupt, InterruptException
from strands.types.interrupt import InterruptResponseContent
from temporalio import activity, workflow

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

_APPROVED: set[str] = set()


@activity.defn
async def delete_thing(name: str) -> str:
    """Delete a protected resource.

    Args:
        name: Name of the resource.
    """
    # It cannot read the answer: it takes being run again for it. Where more than a sample depends on it, let the
    # activity look up the approval where it is kept, or protect it by Approvals(tools=["delete_thing"]).
    if name not in _APPROVED:
        _APPROVED.add(name)
        raise InterruptException(
            Interrupt(
                id=f"delete:{name}",
                name="approval",
                reason=f"approve delete of protected resource '{name}'?",
            )
        )
    return f"deleted {name}"


@workflow.defn
class ActivityInterruptWorkflow:
    """Waits for the signal `approve` whenever the activity asks."""

    def __init__(self) -> None:
        """Make the agent with its tool."""
        self.agent = TemporalAgent(
            model="sample",
            start_to_close_timeout=timedelta(seconds=60),
            tools=[activity_as_tool(delete_thing, start_to_close_timeout=timedelta(seconds=30))],
        )
        self._approval: str | None = None
        self._pending_reason: str | None = None

    @workflow.signal
    def approve(self, response: str) -> None:
        """Take the answer."""
        self._approval = response

    @workflow.query
    def pending_approval(self) -> str | None:
        """What the activity asks, if it waits."""
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
            if response != "approve":
                return "It was not approved, so nothing was deleted."
            responses: list[InterruptResponseContent] = [
                {"interruptResponse": {"interruptId": i.id, "response": response}} for i in interrupts
            ]
            result = await self.agent.invoke_async(responses)
        return str(result)
