"""The handlers that a `WorkflowStream` registers on its workflow, by their names.

Private names of temporalio used here: `_stream._PUBLISH_SIGNAL`, `_stream._POLL` and `_stream._OFFSET_QUERY`, written
out, for they are the wire format of Workflow Streams. Its own client publishes with a new publisher id in each process
and only by its timer, so that neither the attempts of one activity could be told apart nor a first batch hurry. The
item's form, base64 of the payload's protobuf, is documented by `PublishEntry`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, cast

from temporalio import workflow
from temporalio.contrib.workflow_streams import PublishEntry, PublishInput
from temporalio.converter import PayloadConverter

PUBLISH_SIGNAL = "__temporal_workflow_stream_publish"
POLL_UPDATE = "__temporal_workflow_stream_poll"


def entry(converter: PayloadConverter, topic: str, item: Any) -> PublishEntry:
    """One item as it is published; the codec is not applied here, but to the signal or the poll's answer as a whole."""
    (payload,) = converter.to_payloads([item])
    return PublishEntry(topic=topic, data=base64.b64encode(payload.SerializeToString()).decode("ascii"))


def hosted() -> Callable[[PublishInput], None] | None:
    """What publishes to the stream of the running workflow; None where it hosts none."""
    return cast("Callable[[PublishInput], None] | None", workflow.get_signal_handler(PUBLISH_SIGNAL))  # pyright: ignore[reportUnknownMemberType]
