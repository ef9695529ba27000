"""The workflow's side of a topic: what an agent publishes to the stream that its own workflow hosts."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from temporalio import workflow
from temporalio.contrib.workflow_streams import PublishInput
from temporalio.exceptions import ActivityError

from .._errors import MissingStreamError
from .._model.patches import NEEDS_STREAM
from .._runtime.hosted_stream import entry, hosted
from .options import Streaming
from .parts import part
from .published import items_of, void_mark
from .publisher import LAST_SEQUENCE, retried
from .rest import rest
from .signals import publisher_id


class Hosted:
    """One agent's topic in its workflow. Where the agent has none, it does nothing."""

    def __init__(self, streaming: Streaming) -> None:
        """Create it; the stream is looked up when something is published, for it may be made after the agent."""
        self.streaming = streaming
        self.agent_name: str | None = None
        """Name of the agent, for error messages."""

    @contextmanager
    def call(self) -> Generator[None, None, None]:
        """Make a model call inside of this: where it fails, subscribers are told that its text is void.

        Raises:
            MissingStreamError: The workflow hosts no stream.
        """
        if self.streaming.topic is None:
            yield
            return
        require_stream(f"Agent {self.agent_name!r}", self.streaming.topic)
        try:
            yield
        except BaseException as error:
            failed = error.__cause__
            if isinstance(failed, ActivityError) and failed.activity_id:
                self._publish([void_mark(f"this model call failed; drop its text: {error}")], failed.activity_id)
            raise

    def replied(self, wire: Any, events: Sequence[Any], activity_id: str | None) -> None:
        """Publish what the activity has left of a reply.

        Args:
            wire: The activity's result.
            events: The reply's events.
            activity_id: The activity.
        """
        at, attempt = part(wire, "published", "at"), part(wire, "published", "attempt")
        if self.streaming.topic is None or at is None or activity_id is None:
            return
        items = items_of(rest(events, at), raw=self.streaming.raw_events)
        if attempt > 1 and at == [0, 0]:  # the activity had sent nothing, so not the mark either
            items.insert(0, void_mark(retried(attempt - 1)))
        self._publish(items, activity_id)

    def publish(self, item: Mapping[str, Any]) -> None:
        """Publish an item of the agent's own."""
        self._publish([item])

    def _publish(self, items: Sequence[Any], activity_id: str | None = None) -> None:
        """Publish, and where it is for a model call, so that nothing of that call comes after."""
        publish, topic = hosted(), self.streaming.topic
        if publish is None or topic is None:
            return
        converter = workflow.payload_converter()
        batch = PublishInput(items=[entry(converter, topic, item) for item in items])
        if activity_id is not None:
            batch.publisher_id = publisher_id(workflow.info().run_id, activity_id)
            batch.sequence = LAST_SEQUENCE
        publish(batch)


def require_stream(who: str, topic: str) -> None:
    """Raise where something is to be published, and nothing would hear of it.

    Args:
        who: What publishes, for the message.
        topic: Its topic.

    Raises:
        MissingStreamError: The workflow hosts no stream.
    """
    # A run of the official plugin goes on without; it records the id only where the error is about to be raised.
    if hosted() is None and workflow.patched(NEEDS_STREAM):
        raise MissingStreamError(
            f"{who} has streaming_topic={topic!r}, and its workflow hosts no stream to publish to. Make one in the "
            "workflow's __init__: self.stream = WorkflowStream(), with "
            "from temporalio.contrib.workflow_streams import WorkflowStream."
        )
