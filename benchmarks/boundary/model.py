"""The scripted model as a Strands model, the same for all variants that have agents."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from strands.models import Model

from . import replies


class BenchmarkModel(Model):
    """Answers by `replies`, at once."""

    def update_config(self, **model_config: Any) -> None:
        """Nothing to configure."""

    def get_config(self) -> dict[str, Any]:
        """The configuration: a model id."""
        return {"model_id": "benchmark"}

    async def stream(self, messages: Any, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Stream the answer."""
        for event in replies.stream(messages):
            yield event

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        """Not part of the benchmark."""
        raise NotImplementedError
