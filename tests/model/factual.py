"""A scripted model with a configuration, a small context window, and a way of its own to count tokens."""

from __future__ import annotations

import json
from typing import Any

from strands_temporal.testing import Script, ScriptedModel

CONFIG: dict[str, Any] = {
    "model_id": "factual",
    "context_window_limit": 300,
    "params": {"temperature": 0.5, "stop": ["END"], "api-key": "hidden-1", "extra_headers": {"x": "hidden-2"}},
    "max_tokens": 100,
    "api_key": "hidden-3",
    "aws_session_token": "hidden-4",
    "servers": [{"name": "one", "password": "hidden-5"}, ("two", object())],
    "base_url": "https://user:hidden-6@example.org/v1",
    "client": object(),
    "auth": ("user", "hidden-7"),
}

PUBLIC = {
    "model_id": "factual",
    "context_window_limit": 300,
    "params": {"temperature": 0.5, "stop": ["END"]},
    "max_tokens": 100,
    "servers": [{"name": "one"}, ["two"]],
    "base_url": "https://***@example.org/v1",
}


class FactualModel(ScriptedModel):
    """Says what it is."""

    def __init__(self, script: Script, config: Any = None) -> None:
        super().__init__(script)
        self._config = CONFIG if config is None else config

    def get_config(self) -> Any:
        if isinstance(self._config, Exception):
            raise self._config
        return self._config


class CountingModel(FactualModel):
    """Counts a token for each character, and remembers that it was asked."""

    def __init__(self, script: Script, config: Any = None) -> None:
        super().__init__(script, config)
        self.counted: list[int] = []

    async def count_tokens(
        self, messages: Any, tool_specs: Any = None, system_prompt: Any = None, system_prompt_content: Any = None
    ) -> int:
        self.counted.append(len(json.dumps([messages, tool_specs, system_prompt, system_prompt_content], default=str)))
        return self.counted[-1]
