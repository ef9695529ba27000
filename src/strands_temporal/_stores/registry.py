"""A worker's stores: which there are, and each built once, when it is first needed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from strands.session import SessionRepository

from .._errors import InvalidOptionError, named
from .._model.values import canonical
from . import wire

Factory = Callable[..., Any]

KEPT = 100
"""Stores of one name, for as many sessions or contexts, that a worker keeps; an older one is made again."""


@dataclass(frozen=True)
class _Kind:
    option: str
    owner: str
    example: str
    methods: tuple[str, ...]


KINDS: dict[str, _Kind] = {
    wire.STORAGE: _Kind(
        "storages",
        "TemporalStorage",
        "{'disk': lambda: LocalFileStorage('/data')}",
        ("read", "write", "delete", "list"),
    ),
    wire.SESSION: _Kind(
        "session_repositories",
        "TemporalSessionRepository",
        "{'files': lambda session_id: FileSessionManager(session_id, storage_dir='/data')}",
        ("read_session", "create_session", "read_agent", "create_message", "list_messages"),
    ),
    wire.MEMORY: _Kind(
        "memory_stores",
        "TemporalMemoryStore",
        "{'notes': lambda: BedrockKnowledgeBaseStore(...)}",
        ("search",),
    ),
}
"""What the user says of each kind."""


@dataclass
class Store:
    """A store of the user's.

    Attributes:
        value: It.
        lock: Held while a thread works with it.
    """

    value: Any
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Stores:
    """The stores of one worker."""

    def __init__(self, factories: Mapping[str, Mapping[str, Factory] | None]) -> None:
        """Take what the user gave to the plugin.

        Args:
            factories: By kind, the factories by name; None for none.

        Raises:
            InvalidOptionError: One of them is something else.
        """
        self._factories: dict[str, dict[str, Factory]] = {}
        for kind, given in factories.items():
            _check(kind, given)
            self._factories[kind] = dict(given or {})
        self._built: dict[tuple[str, str], OrderedDict[bytes, asyncio.Task[Store]]] = {}

    def copy(self) -> Stores:
        """The same for another worker, which may add to it."""
        return Stores(self._factories)

    def add(self, other: Stores) -> None:
        """Add what another plugin of the worker has; its stores win over those of the same name."""
        for kind, factories in other._factories.items():
            self._factories.setdefault(kind, {}).update(factories)

    async def get(self, kind: str, name: str, context: Any) -> Store:
        """A store; the first caller builds it, callers at the same time wait for that one.

        Args:
            kind: What it is.
            name: Its name.
            context: What its factory is called with; None for nothing.

        Raises:
            ValueError: There is none of that name.
            TypeError: The factory returned something else.
            Exception: What the factory raised. The next call tries it again.
        """
        if (factory := self._factories.get(kind, {}).get(name)) is None:
            raise ValueError(self._unknown(kind, name))
        built = self._built.setdefault((kind, name), OrderedDict())
        key = canonical(context)
        task = built.get(key)
        if task is None:
            task = built[key] = asyncio.create_task(_build(kind, name, factory, context))
            while len(built) > KEPT:
                built.popitem(last=False)
        built.move_to_end(key)
        try:
            return await asyncio.shield(task)  # a cancelled caller must not take the store from the others
        except BaseException:
            if task.done() and (task.cancelled() or task.exception()) and built.get(key) is task:
                del built[key]
            raise

    def _unknown(self, kind: str, name: str) -> str:
        words, known = KINDS[kind], sorted(self._factories.get(kind, {}))
        if not known:
            return (
                f"This worker's StrandsPlugin has no {words.option}, so {words.owner}({name!r}) has nowhere to go. "
                f"Give it one on every worker of this task queue, as in StrandsPlugin({words.option}={words.example})."
            )
        return (
            f"Unknown name {name!r} in {words.owner}(...). This worker's StrandsPlugin({words.option}=...) knows: "
            f"{', '.join(map(repr, known))}. Correct the name, or register it on every worker of this task queue."
        )


async def _build(kind: str, name: str, factory: Factory, context: Any) -> Store:
    # On a thread, since factories open connections, and the worker's loop must go on.
    value = await asyncio.to_thread(factory, *(() if context is None else (context,)))
    if not _is_one(kind, value):
        raise TypeError(
            f"The factory of {name!r} in StrandsPlugin({KINDS[kind].option}=...) returned {type(value).__name__}, "
            f"which lacks one of the methods {', '.join(KINDS[kind].methods)}. Write it as in {KINDS[kind].example}."
        )
    if kind == wire.MEMORY and hasattr(value, "initialize"):
        await value.initialize()
    return Store(value)


def _is_one(kind: str, value: Any) -> bool:
    if kind == wire.SESSION:
        return isinstance(value, SessionRepository)
    return all(callable(getattr(value, method, None)) for method in KINDS[kind].methods)


def _check(kind: str, given: Any) -> None:
    words = KINDS[kind]
    if given is None:
        return
    if not isinstance(given, Mapping):
        raise InvalidOptionError(
            f"StrandsPlugin({words.option}=...) takes a mapping of names to functions, not {type(given).__name__}: "
            f"StrandsPlugin({words.option}={words.example})."
        )
    for name, factory in given.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str) or not name:
            raise InvalidOptionError(f"StrandsPlugin({words.option}=...) has the name {named(name)}; names are text.")
        if not callable(factory):  # pyright: ignore[reportUnknownArgumentType]
            raise InvalidOptionError(
                f"StrandsPlugin({words.option}={{{name!r}: ...}}) takes a function that makes it, not a "
                f"{type(factory).__name__} object: StrandsPlugin({words.option}={words.example})."  # pyright: ignore[reportUnknownArgumentType]
            )
