"""Refuses what would read and write files, S3 or a knowledge base in a workflow, where it would do so in each replay.

The session managers for files and S3 do it when they are made, wherever they are then put, so `__init__` of both is
wrapped, once per process; outside of workflows they are what they were. All else is found when an agent is made that is
given it. Private names of Strands used here, each the part of an object that has a storage: `_raw_storage` of
`SnapshotSessionManager` and `ContextOffloader`, `_storage` of `FileMemoryStore` and `TestMemoryStore`,
`_NamespacedStorage` and its `_storage`, `_sandbox` of `LocalFileStorage` and of the offloader's `FileStorage`,
`_stores` of `MemoryManager`, `_stash_explicit_storage` of `ContextManager`, `_skill_paths` of `AgentSkills`,
`_policy_source`, `_entity_source` and `_schema_source` of `CedarAuthorization`; and `_ask` of `HumanInTheLoop`, which
`_create_stdio_ask` makes where it reads from the keyboard.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from strands.sandbox.not_a_sandbox_local_environment import NotASandboxLocalEnvironment
from strands.session import FileSessionManager, S3SessionManager, SnapshotSessionManager
from temporalio import workflow

from .._errors import UnsupportedFeatureError
from .._model.patches import INLINE_IO
from .._stores.memory_store import TemporalMemoryStore
from .._stores.temporal_storage import TemporalStorage
from .bridge import refuse_io_in_sync_code
from .side_models import refuse_side_models
from .wrapping import wrap

_NAMED = {
    "session manager": (
        "Register it on the worker, StrandsPlugin(session_repositories={{'NAME': lambda session_id: {0}(session_id, "
        "...)}}), and write RepositorySessionManager(session_id, TemporalSessionRepository('NAME'))."
    ),
    "storage": (
        "Register it on the worker, StrandsPlugin(storages={{'NAME': lambda: {0}(...)}}), and write "
        "storage=TemporalStorage('NAME')."
    ),
    "offloader": (
        "Register one of strands.storage on the worker, StrandsPlugin(storages={{'NAME': lambda: LocalFileStorage(...)"
        "}}), and write ContextOffloader(storage=TemporalStorage('NAME')), or give the agent a TemporalSandbox, in "
        "which files may be."
    ),
    "memory store": (
        "Register it on the worker, StrandsPlugin(memory_stores={{'NAME': lambda: {0}(...)}}), and write "
        "TemporalMemoryStore('NAME')."
    ),
    "policies": (
        "Give it the text itself, as an argument of the workflow or the result of an activity: a running workflow must "
        "not see a file that changes."
    ),
    "standard input": (
        "Leave ask out: then the agent stops with an interrupt, which a signal, an update or workflow.Approvals "
        "answers."
    ),
    "skills": (
        "Give the agent a sandbox in which they are, TemporalAgent(sandbox=TemporalSandbox('NAME')), or give "
        "AgentSkills the skills themselves: Skill(...) or Skill.from_content(...)."
    ),
}

_CEDAR_FILES = (".cedar", ".json", ".cedarschema")

_STORAGES = {
    ("strands.storage.local_file_storage", "LocalFileStorage"),
    ("strands.storage.s3_storage", "S3Storage"),
    ("strands.vended_plugins.context_offloader.storage", "FileStorage"),
    ("strands.vended_plugins.context_offloader.storage", "S3Storage"),
}


def install() -> None:
    """Wrap the two constructors; calling it again changes nothing."""
    for kind in (FileSessionManager, S3SessionManager):
        wrap(kind, "__init__", _refusing)


def _refusing(original: Any) -> Any:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if workflow.in_workflow():
            _refuse(type(self).__name__, "session manager")
        original(self, *args, **kwargs)

    return init


def refuse_inline_io(given: Mapping[str, Any]) -> None:
    """Refuse the keywords of an agent in a workflow that would do I/O there.

    Args:
        given: The keywords of Strands' `Agent`.

    Raises:
        UnsupportedFeatureError: One would; the message says what to use instead.
        SyncCallError: A session is to be read where the workflow cannot wait.
    """
    sandbox = given.get("sandbox")
    has_files = sandbox is not None and not isinstance(sandbox, NotASandboxLocalEnvironment)
    own = given.get("storage")
    _check_storage(own)
    manager = given.get("session_manager")
    if isinstance(manager, FileSessionManager | S3SessionManager):
        _refuse(type(manager).__name__, "session manager")
    if isinstance(manager, SnapshotSessionManager):
        storage = manager._raw_storage or own
        if storage is None:
            _refuse("SnapshotSessionManager without a storage, which takes LocalFileStorage,", "storage")
        _check_storage(storage)
        if any(isinstance(each, TemporalStorage) for each in _behind(storage)):
            refuse_io_in_sync_code("TemporalAgent(session_manager=SnapshotSessionManager(...))")
    _check_storage(_stash_storage(given.get("context_manager")))
    stores = [*_memory_stores(given.get("memory_manager"))]
    for plugin in given.get("plugins") or ():
        kind = type(plugin).__name__
        if kind == "ContextOffloader" and not (has_files and hasattr(plugin._raw_storage, "for_sandbox")):
            _check_storage(plugin._raw_storage, "offloader")
        if kind == "AgentSkills" and getattr(plugin, "_skill_paths", None) and not has_files:
            _refuse(f"AgentSkills({[str(each) for each in plugin._skill_paths]})", "skills")
        if kind == "MemoryManager":
            stores += _memory_stores(plugin)
    for store in stores:
        _check_memory(store)
    refuse_side_models(given, iter(stores))
    for handler in given.get("interventions") or ():
        kind = type(handler).__name__
        if kind == "CedarAuthorization":
            sources = (handler._policy_source, handler._entity_source, handler._schema_source)
            if files := [each for each in sources if isinstance(each, str) and each.endswith(_CEDAR_FILES)]:
                _refuse(f"CedarAuthorization with the files {files}", "policies")
        if kind == "HumanInTheLoop" and _asks_the_keyboard(handler._ask):
            _refuse("HumanInTheLoop(ask='stdio')", "standard input")


def _asks_the_keyboard(ask: Any) -> bool:
    return getattr(ask, "__qualname__", "").startswith("_create_stdio_ask.")


def _stash_storage(manager: Any) -> Any:
    if not isinstance(manager, Mapping):
        return getattr(manager, "_stash_explicit_storage", None)
    stash: Any = manager.get("stash")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return stash.get("storage") if isinstance(stash, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _memory_stores(manager: Any) -> Iterable[Any]:
    if isinstance(manager, Mapping):
        return manager.get("stores") or ()  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return getattr(manager, "_stores", ())


def _check_memory(store: Any) -> None:
    kind: type[Any] = type(store)  # pyright: ignore[reportUnknownVariableType]
    if kind.__name__ == "BedrockKnowledgeBaseStore" and kind.__module__.startswith("strands."):
        _refuse(kind.__name__, "memory store")
    if kind.__name__ == "FileMemoryStore" and kind.__module__.startswith("strands."):
        _check_storage(store._storage)
    if kind.__name__ == "TestMemoryStore" and kind.__module__.startswith("strands."):
        _check_storage(store._storage, "memory store", "TestMemoryStore")
    if isinstance(store, TemporalMemoryStore):
        refuse_io_in_sync_code("TemporalAgent(memory_manager=...) with a TemporalMemoryStore")


def _check_storage(storage: Any, what: str = "storage", owner: str | None = None) -> None:
    for each in _behind(storage):
        kind: type[Any] = type(each)  # pyright: ignore[reportUnknownVariableType]
        if (kind.__module__, kind.__name__) in _STORAGES and getattr(each, "_sandbox", None) is None:
            _refuse(owner or kind.__name__, what)


def _behind(storage: Any) -> Iterator[Any]:
    """A storage, and those that it is a view of."""
    while storage is not None:
        yield storage
        storage = storage._storage if type(storage).__name__ == "_NamespacedStorage" else None


def _refuse(name: str, what: str) -> None:
    if workflow.unsafe.is_read_only() or workflow.patched(INLINE_IO):
        raise UnsupportedFeatureError(
            f"{name} reads and writes in the workflow, which Temporal cannot record: each replay would do it again. "
            + _NAMED[what].format(name)
        )
