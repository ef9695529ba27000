"""Varied text that is the same in every process: slices of one pseudo-random sequence of words."""

from __future__ import annotations

import random
import string
import zlib

_RANDOM = random.Random(7)
_VOCABULARY = ["".join(_RANDOM.choices(string.ascii_lowercase, k=_RANDOM.randint(3, 9))) for _ in range(3000)]
_CORPUS = " ".join(_RANDOM.choices(_VOCABULARY, k=40_000))

PROMPT, THOUGHT, ANSWER, RESULT, TALK = 480, 150, 460, 680, 760
"""Characters of a turn's texts: with their first lines and the tool's input about 2 KB, the same with a tool or not."""

DOCUMENT = 100_000


def words(seed: str, size: int) -> str:
    """Words of that many characters in all; another seed gives others."""
    start = zlib.crc32(seed.encode()) % (len(_CORPUS) - size)
    return _CORPUS[start : start + size]


def prompt(name: str, turn: int, action: str) -> str:
    """What the user of a conversation says in a turn; the first line tells the model what to do (see `replies`)."""
    return f"turn {turn} {action}\n{words(f'{name} {turn}', PROMPT)}"


def found(query: str) -> str:
    """What the tool finds for a query of the model's; it begins with the turn, as the query does."""
    turn = " ".join(query.split(" ", 2)[:2])
    return f"{turn} result\n{words(query, RESULT)}"


SYSTEM_PROMPT = words("system prompt", 2048)
