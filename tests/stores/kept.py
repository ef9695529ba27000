"""Places for sessions: folders, an S3 server, and a repository of a user's own; what is in them, and what was done."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strands.session import FileSessionManager, S3SessionManager, SessionRepository
from strands.storage import LocalFileStorage, S3Storage
from strands.types.exceptions import SessionException
from strands.types.session import Session, SessionAgent, SessionMessage

BUCKET = "bucket"


@dataclass
class OwnRepository(SessionRepository):
    """A user's repository, which appends and refuses to create anything twice."""

    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    agents: dict[tuple[str, str], SessionAgent] = field(default_factory=dict[tuple[str, str], SessionAgent])
    messages: dict[tuple[str, str], list[SessionMessage]] = field(
        default_factory=dict[tuple[str, str], list[SessionMessage]]
    )
    done: list[str] = field(default_factory=list[str])
    fail_after: Callable[[str], bool] = lambda what: False
    """Whether the connection breaks after this was done."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _did(self, what: str) -> None:
        with self.lock:
            self.done.append(what)
        if self.fail_after(what):
            raise ConnectionError("the connection broke")

    def create_session(self, session: Session, **kwargs: Any) -> Session:
        if session.session_id in self.sessions:
            raise SessionException("created twice")
        self.sessions[session.session_id] = session
        self._did("create_session")
        return session

    def read_session(self, session_id: str, **kwargs: Any) -> Session | None:
        return self.sessions.get(session_id)

    def create_agent(self, session_id: str, session_agent: SessionAgent, **kwargs: Any) -> None:
        key = (session_id, session_agent.agent_id)
        if key in self.agents:
            raise SessionException("created twice")
        self.agents[key] = session_agent
        self.messages[key] = []
        self._did("create_agent")

    def read_agent(self, session_id: str, agent_id: str, **kwargs: Any) -> SessionAgent | None:
        return self.agents.get((session_id, agent_id))

    def update_agent(self, session_id: str, session_agent: SessionAgent, **kwargs: Any) -> None:
        self.agents[(session_id, session_agent.agent_id)] = session_agent
        self._did("update_agent")

    def create_message(self, session_id: str, agent_id: str, session_message: SessionMessage, **kwargs: Any) -> None:
        self.messages[(session_id, agent_id)].append(session_message)
        self._did(f"create_message {session_message.message_id}")

    def read_message(self, session_id: str, agent_id: str, message_id: int, **kwargs: Any) -> SessionMessage | None:
        found = [each for each in self.messages[(session_id, agent_id)] if each.message_id == message_id]
        return found[0] if found else None

    def update_message(self, session_id: str, agent_id: str, session_message: SessionMessage, **kwargs: Any) -> None:
        messages = self.messages[(session_id, agent_id)]
        messages[[each.message_id for each in messages].index(session_message.message_id)] = session_message
        self._did(f"update_message {session_message.message_id}")

    def list_messages(
        self, session_id: str, agent_id: str, limit: int | None = None, offset: int = 0, **kwargs: Any
    ) -> list[SessionMessage]:
        return self.messages[(session_id, agent_id)][offset:]


def texts(messages: list[Any]) -> list[str]:
    """What is said in messages, in short."""
    found: list[str] = []
    for message in messages:
        for block in message["content"]:
            if "text" in block:
                found.append(block["text"])
            if "toolUse" in block:
                found.append(f"call {block['toolUse']['name']}")
            if "toolResult" in block:
                found.append("".join(part["text"] for part in block["toolResult"]["content"]))
    return found


@dataclass
class Place:
    """Where the sessions of a test are.

    Attributes:
        kind: The kind of session manager.
        options: The plugin's.
        said: The texts of the messages that are kept for a session's agent.
        state: A fingerprint of all that is kept, which changes with each write.
    """

    kind: str
    options: dict[str, Any]
    said: Callable[[str], list[str]]
    state: Callable[[], Any]


def make(kind: str, folder: Path, s3: Any) -> Place:
    """A place of some kind.

    Args:
        kind: `files`, `s3`, `own`, `snapshot...` in files or `snapshot-s3`.
        folder: The test's.
        s3: The test's S3 server.
    """
    if kind == "own":
        repository = OwnRepository()
        return Place(
            "repository",
            {"session_repositories": {"sessions": lambda session_id: repository}},
            lambda session_id: texts([each.to_message() for each in repository.messages[(session_id, "talker")]]),
            lambda: list(repository.done),
        )
    if kind == "files":

        def in_files(session_id: str) -> list[str]:
            found = folder.glob(f"session_{session_id}/agents/agent_talker/messages/*.json")
            ordered = sorted(found, key=lambda path: int(path.stem.split("_")[1]))
            return texts([SessionMessage.from_dict(json.loads(path.read_text())).to_message() for path in ordered])

        return Place(
            "repository",
            {
                "session_repositories": {
                    "sessions": lambda session_id: FileSessionManager(session_id, storage_dir=str(folder))
                }
            },
            in_files,
            lambda: written(folder),
        )
    if kind == "s3":

        def objects(session_id: str) -> list[str]:
            found = [key for key in s3.objects if f"session_{session_id}/" in key and "/messages/" in key]
            ordered = sorted(found, key=lambda key: int(key.rpartition("_")[2].partition(".")[0]))
            return texts([SessionMessage.from_dict(json.loads(s3.objects[key])).to_message() for key in ordered])

        def of_s3(session_id: str) -> Any:
            return S3SessionManager(session_id, BUCKET, boto_session=s3.session())

        return Place("repository", {"session_repositories": {"sessions": of_s3}}, objects, lambda: list(s3.puts))
    if kind == "snapshot-s3":

        def latest(session_id: str) -> list[str]:
            key = next(key for key in s3.objects if f"/{session_id}/" in key and key.endswith("snapshot_latest.json"))
            return texts(json.loads(s3.objects[key])["data"]["messages"])

        return Place(
            "snapshot",
            {"storages": {"storage": lambda: S3Storage(BUCKET, prefix="agents", boto_session=s3.session())}},
            latest,
            lambda: list(s3.puts),
        )

    def snapshot(session_id: str) -> list[str]:
        (path,) = folder.glob(f"session/{session_id}/scopes/agent/talker/snapshots/snapshot_latest.json")
        return texts(json.loads(path.read_text())["data"]["messages"])

    return Place(
        kind, {"storages": {"storage": lambda: LocalFileStorage(str(folder))}}, snapshot, lambda: written(folder)
    )


def written(folder: Path) -> dict[str, int]:
    """When each file was written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.json")}


def files(folder: Path) -> dict[str, str]:
    """What is in each file, by its path."""
    return {str(path): path.read_text() for path in folder.rglob("*.json")}
