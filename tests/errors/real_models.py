"""The models of Strands, with their providers' real clients, pointed at a local server."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from strands.models import Model
from strands.models.anthropic import AnthropicModel
from strands.models.bedrock import BedrockModel
from strands.models.ollama import OllamaModel
from strands.models.openai import OpenAIModel

from ..fixtures.providers import Error
from .activities import PATIENCE


def anthropic(url: str, patience: float = PATIENCE, **client_args: Any) -> Model:
    args = {"api_key": "sk-ant-test", "base_url": url, "max_retries": 0, "timeout": patience, **client_args}
    return AnthropicModel(client_args=args, model_id="claude-test", max_tokens=100)


def openai(url: str, patience: float = PATIENCE, **client_args: Any) -> Model:
    args = {"api_key": "sk-test", "base_url": f"{url}/v1", "max_retries": 0, "timeout": patience, **client_args}
    return OpenAIModel(client_args=args, model_id="gpt-test")


def bedrock(url: str, patience: float = PATIENCE, session: Callable[[], boto3.Session] | None = None) -> Model:
    config = Config(read_timeout=patience, connect_timeout=patience, retries={"max_attempts": 0})
    return BedrockModel(
        boto_session=(session or aws_session)(),
        boto_client_config=config,
        endpoint_url=url,
        model_id="bedrock-test",
    )


@cache
def aws_session() -> boto3.Session:
    """Shared by all tests, for each new one reads the services' descriptions anew."""
    return boto3.Session("AKIATEST", "secret", region_name="us-west-2")


def ollama(url: str, patience: float = PATIENCE) -> Model:
    return OllamaModel(url, ollama_client_args={"timeout": patience}, model_id="ollama-test")


MODELS: dict[str, Callable[..., Model]] = {
    "anthropic": anthropic,
    "bedrock": bedrock,
    "ollama": ollama,
    "openai": openai,
}

OVERFLOW = {
    "anthropic": Error(400, "prompt is too long: 207310 tokens > 200000 maximum"),
    "bedrock": Error(400, "The model returned the following errors: Input is too long for requested model."),
    "ollama": Error(400, "the input length exceeds the context length"),
    "openai": Error(
        400,
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 140071 tokens. "
        "Please reduce the length of the messages.",
        kind="context_length_exceeded",
    ),
}
"""How each provider says that the conversation is too long."""


async def call(model: Model) -> list[Any]:
    """One streamed call."""
    return [event async for event in model.stream([{"role": "user", "content": [{"text": "Hello"}]}])]
