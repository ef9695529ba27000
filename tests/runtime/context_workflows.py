"""A workflow that sends payloads to activities and to another workflow; it can run without the plugin."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def shout(text: str) -> str:
    return text.upper()


@workflow.defn
class Child:
    """Waits for a signal of its parent."""

    def __init__(self) -> None:
        self.words = ""

    @workflow.signal
    def say(self, words: str) -> None:
        self.words = words

    @workflow.run
    async def run(self, text: str) -> str:
        await workflow.wait_condition(lambda: bool(self.words))
        return text.upper() + self.words


@workflow.defn
class Belongs:
    """Has an activity, a local one, and a child that it signals."""

    @workflow.run
    async def run(self) -> list[str]:
        timeout = timedelta(seconds=30)
        child = await workflow.start_child_workflow(Child.run, "c", id=f"child-{workflow.info().workflow_id}")
        a = await workflow.execute_activity(shout, "a", start_to_close_timeout=timeout, summary="of a")
        b = await workflow.execute_local_activity(shout, "b", start_to_close_timeout=timeout)
        await child.signal(Child.say, "d")
        return [a, b, await child]
