"""The model of the samples: scripted, so that they run offline, or a provider's, named by SAMPLE_MODEL."""

from __future__ import annotations

import os
from collections.abc import Callable

from strands.models import Model

from strands_temporal.testing import Script, ScriptedModel

PROVIDERS = {
    "anthropic": "claude-sonnet-4-6",
    "bedrock": "",  # Strands' default
    "ollama": "llama3.2",
    "openai": "gpt-5-mini",
}


def sample_models(script: Script) -> dict[str, Callable[[], Model]]:
    """The `models` of a sample's plugin: one, called `sample`.

    Args:
        script: What the scripted model answers.

    Raises:
        ValueError: SAMPLE_MODEL is not `scripted` or one of the providers, like `anthropic` or, with the id of a
            model, `anthropic:claude-haiku-4-5`.
    """
    provider, _, model_id = os.environ.get("SAMPLE_MODEL", "scripted").partition(":")
    if provider == "scripted":
        return {"sample": lambda: ScriptedModel(script)}
    if provider not in PROVIDERS:
        known = ", ".join(["scripted", *PROVIDERS])
        raise ValueError(f"SAMPLE_MODEL is {provider!r}; it can be: {known}. A model id may follow after a colon.")
    return {"sample": lambda: provider_model(provider, model_id or PROVIDERS[provider])}


def provider_model(provider: str, model_id: str) -> Model:
    """A provider's model, with the credentials that its SDK finds in the environment and without its own retries."""
    if provider == "anthropic":
        from strands.models.anthropic import AnthropicModel

        return AnthropicModel(client_args={"max_retries": 0}, model_id=model_id, max_tokens=1024)
    if provider == "openai":
        from strands.models.openai import OpenAIModel

        return OpenAIModel(client_args={"max_retries": 0}, model_id=model_id)
    if provider == "ollama":
        from strands.models.ollama import OllamaModel

        return OllamaModel(os.environ.get("OLLAMA_HOST", "http://localhost:11434"), model_id=model_id)
    from botocore.config import Config
    from strands.models.bedrock import BedrockModel

    config = Config(retries={"max_attempts": 0})
    return BedrockModel(boto_client_config=config, **({"model_id": model_id} if model_id else {}))
