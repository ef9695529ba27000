"""How much is measured: the full sizes, and those of a smoke run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Sizes of the measurements.

    Attributes:
        marks: Turns at which the history of a whole conversation is compared.
        window_marks: The same with the window.
        slope: Two turns between which the growth of the history is taken.
        official_turns: Turns of the official plugin with the whole conversation, which the server kills at about 114.
        documents: Turns with a document each.
        replay_turns: Turns of the replayed history.
        replays: Replays of each.
        cpu_blocks: Blocks of five turns, for CPU by turn.
        agents: Agents at a time, for throughput.
        agent_turns: Turns of each of them.
        chats: Cached workflows, for memory; twice as many live.
        chat_turns: Turns that each of them has lived.
        constructions: Agents made in one workflow.
        cold: Turns after which a new worker takes over.
        chunks: Chunks of a streamed answer.
        rounds: How often the timed measurements are done, each time with all variants.
        cpu_rounds: The same for the CPU of a turn, whose differences are small.
    """

    marks: tuple[int, ...] = (10, 25, 50, 100)
    window_marks: tuple[int, ...] = (10, 25, 50, 100, 200, 400)
    slope: tuple[int, int] = (100, 400)
    official_turns: int = 100
    documents: int = 100
    replay_turns: int = 100
    replays: int = 5
    cpu_blocks: int = 20
    agents: int = 50
    agent_turns: int = 5
    chats: int = 10
    chat_turns: int = 100
    constructions: int = 20
    cold: tuple[int, ...] = (200, 400)
    chunks: int = 2000
    rounds: int = 3
    cpu_rounds: int = 9


QUICK = Sizes(
    marks=(5, 10),
    window_marks=(5, 10, 20),
    slope=(5, 20),
    official_turns=10,
    documents=3,
    replay_turns=10,
    replays=2,
    cpu_blocks=4,
    agents=5,
    agent_turns=2,
    chats=3,
    chat_turns=10,
    constructions=5,
    cold=(10, 20),
    chunks=200,
    rounds=1,
    cpu_rounds=1,
)
