"""Conversations that do at random what agents and their managers do to messages, and report what Strands sent."""

from __future__ import annotations

import asyncio
import json
import random
from hashlib import blake2b
from typing import Any

from strands import tool
from strands.agent.conversation_manager import NullConversationManager
from temporalio import workflow

from strands_temporal import TemporalAgent
from strands_temporal._model import codec

WORDS = ["alpha", "beta", "gamma", "delta", "épsilon", "�", "zeta", "eta", "theta", "😀"]


def fingerprint(arguments: dict[str, Any]) -> str:
    """What a model call was asked, in few characters."""
    text = json.dumps(codec.encode(arguments), sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def arguments(messages: Any, tool_specs: Any, system_prompt: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `Model.stream` that count, the same on both sides."""
    return {
        "messages": messages,
        "tools": tool_specs or [],
        "system": [system_prompt, options.get("system_prompt_content")],
        "choice": options.get("tool_choice"),
        "state": {
            name: value for name, value in (options.get("invocation_state") or {}).items() if name in ("user", "trace")
        },
    }


@workflow.defn
class RandomConversations:
    """Several agents at once, each with a life of its own; some share a model object."""

    @workflow.run
    async def run(self, seed: int, agents: int, turns: int) -> list[str]:
        self.sent: list[str] = []
        self.go_on = 0
        shared: TemporalAgent | None = None
        lives: list[Any] = []
        for number in range(agents):
            chance = random.Random(f"{seed} {number}")
            agent = TemporalAgent(
                "scripted",
                name=f"agent {number}",
                system_prompt=f"You are number {number % 3}.",
                tools=[lookup],
                conversation_manager=NullConversationManager(),
                callback_handler=None,
            )
            self._watch(agent)
            if shared is not None and chance.random() < 0.2:
                agent.model = shared.model
            shared = agent
            lives.append(self._live(agent, chance, turns))
        await asyncio.gather(*lives)
        return self.sent

    def _watch(self, agent: TemporalAgent) -> None:
        model: Any = agent.model
        stream = model.stream

        def watched(messages: Any, tool_specs: Any = None, system_prompt: Any = None, **options: Any) -> Any:
            self.sent.append(fingerprint(arguments(messages, tool_specs, system_prompt, options)))
            return stream(messages, tool_specs, system_prompt, **options)

        model.stream = watched

    async def _live(self, agent: TemporalAgent, chance: random.Random, turns: int) -> None:
        for turn in range(turns):
            edit = chance.choice([*EDITS, None, None, None])
            if edit is not None:
                edit(agent, chance)
            words = " ".join(chance.choices(WORDS, k=chance.randint(1, 30)))
            state = {"user": turn} if chance.random() < 0.3 else None
            await agent.invoke_async(words, invocation_state=state)

    @workflow.signal
    def poke(self) -> None: ...


@tool
def lookup(word: str) -> str:
    """Look a word up.

    Args:
        word: The word.
    """
    return f"{word} means " + word * 40


def trim(agent: TemporalAgent, chance: random.Random) -> None:
    """As a window does: from a user's message on."""
    starts = [index for index, message in enumerate(agent.messages) if _is_question(message)]
    if starts:
        del agent.messages[: chance.choice(starts)]


def summarize(agent: TemporalAgent, chance: random.Random) -> None:
    """The first messages become one."""
    trim(agent, chance)
    agent.messages[:0] = [
        {"role": "user", "content": [{"text": f"Summary {chance.random()}"}]},
        {"role": "assistant", "content": [{"text": "I see."}]},
    ]


def truncate(agent: TemporalAgent, chance: random.Random) -> None:
    """As Strands does with tool results when the context is full."""
    for message in agent.messages:
        for block in message["content"]:
            if "toolResult" in block and chance.random() < 0.5:
                block["toolResult"]["content"] = [{"text": "The tool result was too large!"}]


def edit(agent: TemporalAgent, chance: random.Random) -> None:
    """A hook or user code changes what was said."""
    if agent.messages:
        message = chance.choice(agent.messages)
        message["content"].append({"text": chance.choice(WORDS)})


def bytes_in(agent: TemporalAgent, chance: random.Random) -> None:
    """An image in the first message that there is."""
    if agent.messages and _is_question(agent.messages[0]):
        image: Any = {"image": {"format": "png", "source": {"bytes": chance.randbytes(20)}}}
        agent.messages[0]["content"].append(image)


def forget(agent: TemporalAgent, chance: random.Random) -> None:
    """A new conversation."""
    agent.messages.clear()


def prompt(agent: TemporalAgent, chance: random.Random) -> None:
    """Another system prompt."""
    agent.system_prompt = f"Now you are {chance.random()}."


EDITS = [trim, summarize, truncate, edit, bytes_in, forget, prompt]


def _is_question(message: Any) -> bool:
    return message["role"] == "user" and not any("toolResult" in block for block in message["content"])
