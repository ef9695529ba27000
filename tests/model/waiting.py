"""A model that waits to be cancelled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

from strands.models import Model

from .recording import Events, reply, tool_call

WAIT = "wait"


class WaitingModel(Model):
    """Waits where the last message says so, and answers at once everywhere else; the first time with its tools."""

    def __init__(self, *, on_a_thread: bool = False, tool_input: str = "{}") -> None:
        self.began = asyncio.Event()
        self.noticed = asyncio.Event()
        self.waiting = 0
        """Calls that wait now."""
        self.requests: list[list[Any]] = []
        self._on_a_thread = on_a_thread
        self._input = tool_input

    def update_config(self, **model_config: Any) -> None: ...

    def get_config(self) -> dict[str, Any]:
        return {"model_id": "waiting"}

    async def stream(
        self,
        messages: Any,
        tool_specs: Any = None,
        system_prompt: Any = None,
        *,
        cancel_signal: Any = None,
        **more: Any,
    ) -> AsyncIterator[Any]:
        self.requests.append(list(messages))
        yield {"messageStart": {"role": "assistant"}}
        if messages[-1]["content"][-1].get("text") == WAIT:
            await self._wait(cancel_signal)
            return
        for event in self._answer(messages, tool_specs or [])[1:]:
            yield event

    def _answer(self, messages: Any, tool_specs: Any) -> Events:
        text = messages[-1]["content"][-1].get("text", "")
        if text.startswith("use"):
            return reply(*(tool_call(spec["name"], self._input, f"use-{spec['name']}") for spec in tool_specs))
        return reply(f"You said {text!r}.")

    async def _wait(self, cancel_signal: threading.Event) -> None:
        self.waiting += 1
        self.began.set()
        loop = asyncio.get_running_loop()
        try:
            if self._on_a_thread:

                def wait() -> None:
                    if cancel_signal.wait(20):
                        loop.call_soon_threadsafe(self.noticed.set)

                await asyncio.to_thread(wait)
            while not cancel_signal.is_set():
                await asyncio.sleep(0.01)
        finally:
            self.waiting -= 1
            if not self._on_a_thread:
                self.noticed.set()

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("not asked for in these tests")
