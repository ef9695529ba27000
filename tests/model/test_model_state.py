"""A provider that keeps the conversation: its state goes to the workflow and back, and is asked for what is new."""

from __future__ import annotations

import pytest
from strands.models import Model
from strands.models.openai_responses import OpenAIResponsesModel

from ..env import Env
from ..fixtures.responses_wire import responses
from .recording import crossed_on_the_wire


def stateful(url: str) -> Model:
    args = {"api_key": "sk-test", "base_url": f"{url}/v1", "max_retries": 0}
    return OpenAIResponsesModel(client_args=args, model_id="gpt-test", stateful=True)


@pytest.mark.uncached
async def test_each_request_goes_on_from_the_response_before_and_has_only_what_is_new(env: Env) -> None:
    bodies = await crossed_on_the_wire(
        env,
        "server_state",
        stateful,
        responses("resp_1", text="First."),
        responses("resp_2", tool="count"),
        responses("resp_3", text="Second."),
        responses("resp_4", text="Third."),
    )
    assert [body.get("previous_response_id") for body in bodies] == [None, "resp_1", "resp_2", "resp_3"]
    prompts = [[item["content"][0]["text"] for item in body["input"] if item.get("role") == "user"] for body in bodies]
    assert prompts == [["one"], ["two"], ["two"], ["three"]]  # the third is within the second invocation
    assert bodies[2]["input"][-1]["output"] == "5"
    assert all(body["store"] for body in bodies)
