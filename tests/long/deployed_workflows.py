"""Chats whose code is of one of two versions, each changed in another way."""

from __future__ import annotations

import os
from typing import Any, Literal, get_args

from pydantic import Field, create_model
from strands import tool
from strands.agent.conversation_manager import NullConversationManager, SlidingWindowConversationManager
from strands.hooks import MessageAddedEvent
from temporalio import workflow

from strands_temporal import TemporalAgent

Kind = Literal[
    "prompt", "docstring", "schema", "output", "hooks", "manager", "structured", "set", "more", "fewer", "nothing"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

WINDOW = 4
"""Messages that a chat keeps with its new conversation manager."""


def version() -> str:
    """Which code the process has: `1`, `2`."""
    with workflow.unsafe.sandbox_unrestricted():
        return os.environ.get("DEPLOYED", "1")


def agent_of(kind: Kind, models: str | None) -> TemporalAgent:
    """The chat's agent as the code of today makes it."""
    changed = kind if version() == "2" else "nothing"

    def count(word: str) -> str:
        """Count letters."""
        return f"{len(word)} letters" + (" in all" if changed == "output" else "")

    def spell(word: str) -> str:
        """Spell a word."""
        return " ".join(word)

    schema: dict[str, Any] = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}
    counter = tool(
        description="Count letters, of any word." if changed == "docstring" else "Count letters.",
        inputSchema={**schema, "title": "Word"} if changed == "schema" else schema,
    )(count)
    speller = tool(spell)
    tools: list[Any] = [counter]
    if (changed == "more") or (kind == "fewer" and changed == "nothing"):
        tools.append(speller)
    options: dict[str, Any] = {}
    if kind == "structured":
        told = "The count, in words." if changed == "structured" else "The count."
        options["structured_output_model"] = create_model("Answer", count=(str, Field(description=told)))
    prompt = {
        "prompt": "Be brief." if changed == "prompt" else "Be polite.",
        "set": f"Topics: {' '.join({f'topic-{number}' for number in range(20)})}",
    }.get(kind, "You count.")
    window = SlidingWindowConversationManager(WINDOW) if changed == "manager" else NullConversationManager()
    agent = TemporalAgent(
        "scripted",
        tools=tools,
        system_prompt=prompt,
        conversation_manager=window,
        callback_handler=None,
        **{**options, **({"task_queue": models} if models else {})},
    )
    if changed == "hooks":
        agent.add_hook(underline, MessageAddedEvent)
    return agent


def underline(event: MessageAddedEvent) -> None:
    """Change what is said."""
    for block in event.message["content"]:
        if event.message["role"] == "user" and "text" in block:
            block["text"] = f"_{block['text']}_"


@workflow.defn
class Deployed:
    """A chat that goes on for ever."""

    @workflow.init
    def __init__(self, kind: Kind, models: str | None) -> None:
        self.kind = kind
        self.agent = agent_of(kind, models)

    @workflow.run
    async def run(self, kind: Kind, models: str | None) -> None:
        """Wait until it is terminated."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def turn(self, text: str) -> str:
        """A turn of the chat."""
        result = await self.agent.invoke_async(text, invocation_state={"kind": self.kind})
        return str(result.structured_output.count if self.kind == "structured" else result).strip()  # type: ignore[union-attr]

    @workflow.query
    def messages(self) -> list[Any]:
        """The conversation as the code of today has it."""
        return [{"role": each["role"], "content": each["content"]} for each in self.agent.messages]

    @workflow.query
    def offered(self) -> dict[str, Any]:
        """The system prompt and the tools as the code of today has them."""
        return {"prompt": self.agent.system_prompt, "tools": self.agent.tool_registry.get_all_tool_specs()}
