"""One workflow that sends everything across: bytes, pydantic values, an interrupt; and the converters of users."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pydantic
from strands.interrupt import Interrupt, InterruptException
from temporalio import activity, workflow
from temporalio.api.failure.v1 import Failure
from temporalio.common import RetryPolicy
from temporalio.converter import (
    CompositePayloadConverter,
    DefaultFailureConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadConverter,
)
from temporalio.exceptions import ApplicationError

from strands_temporal import TemporalAgent
from strands_temporal.workflow import activity_as_tool

PIXELS = bytes(range(256))


class Question(pydantic.BaseModel):
    text: str
    when: str = "now"


class Answer(pydantic.BaseModel):
    text: str
    question: Question


RUNS: dict[str, list[int]] = {}


@activity.defn
async def erase(path: str) -> str:
    """Erase a path, with approval at the first run."""
    runs = RUNS.setdefault(activity.info().workflow_id or "", [])
    runs.append(activity.info().attempt)
    if len(runs) == 1:
        raise InterruptException(Interrupt(id=f"erase:{path}", name="approval", reason=f"erase {path}?"))
    return f"erased at run {len(runs)}"


@workflow.defn
class Everything:
    def __init__(self) -> None:
        self.answer = ""

    @workflow.signal
    def reply(self, answer: str) -> None:
        self.answer = answer

    @workflow.run
    async def run(self, question: Question, tool_queue: str | None = None) -> Answer:
        assert isinstance(question, Question), question
        agent = TemporalAgent(
            "scripted",
            callback_handler=None,
            tools=[
                activity_as_tool(
                    erase,
                    task_queue=tool_queue,
                    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=1), backoff_coefficient=1),
                )
            ],
        )
        image: Any = {"image": {"format": "png", "source": {"bytes": PIXELS}}}
        result = await agent.invoke_async([{"text": question.text}, image])
        interrupts = list(result.interrupts or [])
        assert result.stop_reason == "interrupt" and len(interrupts) == 1, result
        await workflow.wait_condition(lambda: self.answer != "")
        result = await agent.invoke_async(
            [{"interruptResponse": {"interruptId": each.id, "response": self.answer}} for each in interrupts]
        )
        return Answer(text=f"{interrupts[0].reason} {self.answer}: {str(result).strip()}", question=question)

    @workflow.query
    def ready(self) -> bool:
        return True


class OwnPayloadConverter(CompositePayloadConverter):
    """A user's own converter, which knows pydantic in its own way."""

    def __init__(self) -> None:
        class Encoder(JSONPlainPayloadConverter):
            def to_payload(self, value: Any) -> Any:
                return super().to_payload(value.model_dump() if isinstance(value, pydantic.BaseModel) else value)

            def from_payload(self, payload: Any, type_hint: type | None = None) -> Any:
                if isinstance(type_hint, type) and issubclass(type_hint, pydantic.BaseModel):
                    return type_hint.model_validate(super().from_payload(payload))
                return super().from_payload(payload, type_hint)

        default = [*DefaultPayloadConverter.default_encoding_payload_converters]
        super().__init__(*[Encoder() if isinstance(each, JSONPlainPayloadConverter) else each for each in default])


class ForgetfulFailureConverter(DefaultFailureConverter):
    """A user's own converter that keeps of an error nothing but that there was one, to be retried."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        super().to_failure(ApplicationError("something went wrong"), payload_converter, failure)
