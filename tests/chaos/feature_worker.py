"""A worker of all features, which may die at a step, and what its models answer.

Run as `python -m tests.chaos.feature_worker ADDRESS QUEUE FOLDER CACHE`.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from strands.memory import MemoryEntry, MemoryStore, SearchOptions
from strands.storage import LocalFileStorage

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel, ScriptedRequest, Step, ToolCall

from ..sandbox.local import FolderSandbox
from ..work import work
from . import feature_workflows
from .feature_workflows import ACTIVITIES, ShopHandler
from .steps import step

WORKFLOWS = "WORKFLOWS"
"""The environment variable with the names of the worker's workflows."""

Answers = Callable[[ScriptedRequest], Step]


def results(request: ScriptedRequest) -> list[str]:
    """The texts of all tool results that the model sees."""
    blocks = [
        block["toolResult"] for message in request.messages for block in message["content"] if "toolResult" in block
    ]
    return [part.get("text") or str(part.get("json")) for result in blocks for part in result["content"]]


def calls(name: str, *inputs: dict[str, Any]) -> Answers:
    """Call one tool after the other; then tell what came of all."""
    return lambda request: (
        ToolCall(name, inputs[request.turn]) if request.turn < len(inputs) else " | ".join(results(request))
    )


def shops(request: ScriptedRequest) -> Step:
    """Ask for the price, then buy."""
    if request.turn < 2:
        return ToolCall(("price", "buy")[request.turn], {"item": "pen"})
    return " | ".join(results(request))


def helps(request: ScriptedRequest) -> Step:
    """Work for each prompt, and tell all that is known."""
    step(f"helper {'tells ' + results(request)[-1] if request.tool_results else 'hears ' + request.text}")
    return " & ".join(results(request)) if request.tool_results else ToolCall("work", {"word": request.text})


def delegates(request: ScriptedRequest) -> Step:
    """One agent has another made, and works through it."""
    if request.messages[0]["content"][0].get("text") != "go":
        return helps(request)
    step(f"delegates {request.turn}")
    return f"told: {request.tool_result()}" if request.turn else ToolCall("subagent", {"task": "find it"})


def tries(request: ScriptedRequest) -> Step:
    """An answer that shows what was asked for."""
    found = re.findall(r"not yet, it is \d", str(request.messages))
    return f"try after {found}"


def judges(request: ScriptedRequest) -> Step:
    """The third attempt is good enough."""
    if request.tool_results:
        return "judged"
    number = 1 + len(set(re.findall(r"not yet, it is \d", request.text)))
    step(f"judge {number}")
    verdict = {"passed": True} if number == 3 else {"passed": False, "feedback": f"not yet, it is {number}"}
    return ToolCall("JudgeOutcome", verdict)


def steers(request: ScriptedRequest) -> Step:
    """Nothing is done in /etc."""
    event = request.text.partition("## Event to Evaluate")[2]
    bad = "/etc" in event
    step(f"steering {re.findall(r'/[a-z/]+', event)[0]}")
    verdict = {"decision": "guide", "reason": "leave it alone"} if bad else {"decision": "proceed", "reason": "fine"}
    return ToolCall(request.tool_specs[0]["name"], verdict)


def skilled(request: ScriptedRequest) -> Step:
    """Read the skill, work, and tell what both gave."""
    assert "how to greet" in str(request.system_prompt)
    if request.turn == 0:
        return ToolCall("skills", {"skill_name": "greeting"})
    return ToolCall("work", {"word": "it"}) if request.turn == 1 else " | ".join(results(request))


def looks(request: ScriptedRequest) -> Step:
    """Look, and look up what was put away."""
    if request.turn == 0:
        return ToolCall("look")
    if request.turn == 1:
        reference = re.findall(r"[\w.-]*tooluse_0_0_0[\w.-]*", request.tool_result())[0].rstrip(".")
        return ToolCall("retrieve_offloaded_content", {"reference": reference})
    return f"ends with {request.tool_result().split()[-1]}"


def reads(request: ScriptedRequest) -> Step:
    """Have a report made in the background, and tell how often it is seen."""
    if request.turn == 0:
        return ToolCall("report", {"topic": "bees"})
    return f"{sum('a report on bees' in each for each in results(request))} reports"


def remembers(request: ScriptedRequest) -> Step:
    """Tell what is known of the user."""
    known = re.findall(r"likes \w+", str(request.messages) + str(request.system_prompt))
    return ToolCall("search_memory", {"query": "tea"}) if not known else f"the user {known[0]}"


def telling(name: str, answers: Answers) -> Answers:
    """The same answers, each of them a step."""

    def script(request: ScriptedRequest) -> Step:
        step(f"{name} {request.turn}")
        return answers(request)

    return script


PATHS = [{"path": path} for path in ("/a", "/etc/b", "/c")]

MODELS: dict[str, Answers] = {
    "boss": telling("boss", calls("helper", {"input": "third"})),
    "buyer": telling("buyer", calls("buy", {"order": {"item": "pen"}})),
    "customer": telling("customer", shops),
    "delegates": delegates,
    "deletes": telling("deletes", calls("delete", *PATHS)),
    "extractor": telling("extractor", lambda request: '[{"content": "Likes tea"}]'),
    "helper": helps,
    "judge": judges,
    "local": telling("local", calls("work", {"word": "a"}, {"word": "b"})),
    "looker": telling("looker", looks),
    "painter": telling("painter", calls("handoff_to_user", {"message": "which colour?"})),
    "reads": telling("reads", reads),
    "rememberer": telling("rememberer", remembers),
    "skilled": telling("skilled", skilled),
    "steering": steers,
    "trier": telling("trier", tries),
}


class DyingStorage(LocalFileStorage):
    """Files, of which each is written before the step, and read after it."""

    async def write(self, key: str, data: bytes) -> None:
        await super().write(key, data)
        step("written")

    async def read(self, key: str) -> bytes | None:
        step("read")
        return await super().read(key)


class DyingMemory(MemoryStore):
    """A memory, of which each search and each addition is a step."""

    def __init__(self) -> None:
        self.name, self.description, self.max_search_results = "notes", None, None
        self.writable, self.extraction = True, None

    async def search(self, query: str, options: SearchOptions | None = None) -> list[MemoryEntry]:
        step("searched")
        return [MemoryEntry("The user likes rain")]

    async def add(self, content: str, metadata: dict[str, Any] | None = None) -> None:
        step(f"added {content}")


class DyingSandbox(FolderSandbox):
    """A folder, in which each reading of a file is a step."""

    async def read_file(self, path: str, **kwargs: Any) -> bytes:
        step(f"sandbox {path}")
        return await super().read_file(path, **kwargs)


def model(folder: Path, name: str) -> ScriptedModel:
    """One of the models, with what all processes have asked it."""
    return ScriptedModel(MODELS[name], record=folder / f"{name}.requests")


def plugin(folder: Path) -> StrandsPlugin:
    """What a worker of the features has."""
    return StrandsPlugin(
        models={name: partial(model, folder, name) for name in MODELS},
        storages={"storage": lambda: DyingStorage(str(folder / "storage"))},
        memory_stores={"notes": DyingMemory},
        sandboxes={"box": lambda context: DyingSandbox(folder)},
    )


def options() -> dict[str, Any]:
    """The other options of such a worker."""
    return {
        "activities": ACTIVITIES,
        "nexus_service_handlers": [ShopHandler()],
    }


async def main(address: str, task_queue: str, folder: str, cache: str) -> None:
    """Work until the process is killed."""
    workflows = [getattr(feature_workflows, name) for name in os.environ[WORKFLOWS].split()]
    await work(address, task_queue, cache, plugin(Path(folder)), workflows=workflows, **options())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
