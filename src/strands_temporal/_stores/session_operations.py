"""The operations of a session repository on the worker; each leaves the same where an attempt before it was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strands.session import SessionRepository
from strands.types.session import Session, SessionAgent, SessionMessage


class _MultiAgent:
    """What a repository is given for a graph or a swarm that is in the workflow."""

    def __init__(self, multi_agent_id: str, state: dict[str, Any]) -> None:
        self.id = multi_agent_id
        self._state = state

    def serialize_state(self) -> dict[str, Any]:
        return self._state


def run(repository: SessionRepository, method: str, fields: Mapping[str, Any], *, again: bool) -> Any:
    """Do one operation.

    Args:
        repository: The repository.
        method: Which.
        fields: What it is given.
        again: Whether an attempt before may have done it.

    Returns:
        Values of JSON.
    """
    operation: Any = _OPERATIONS[method]
    return operation(repository, fields["session_id"], fields, again)


def _create_session(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    # Managers of files and S3 have created the session when they were made, and refuse to do it twice.
    if repository.read_session(session_id) is None:
        repository.create_session(Session.from_dict(fields["session"]))


def _read_session(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    session = repository.read_session(session_id)
    return None if session is None else session.to_dict()


def _create_agent(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    agent = SessionAgent.from_dict(fields["agent"])
    if again and repository.read_agent(session_id, agent.agent_id) is not None:
        repository.update_agent(session_id, agent)
    else:
        repository.create_agent(session_id, agent)


def _read_agent(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    agent = repository.read_agent(session_id, fields["agent_id"])
    return None if agent is None else agent.to_dict()


def _update_agent(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    repository.update_agent(session_id, SessionAgent.from_dict(fields["agent"]))


def _create_message(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    message = SessionMessage.from_dict(fields["message"])
    if again and repository.read_message(session_id, fields["agent_id"], message.message_id) is not None:
        repository.update_message(session_id, fields["agent_id"], message)
    else:
        repository.create_message(session_id, fields["agent_id"], message)


def _read_message(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    message = repository.read_message(session_id, fields["agent_id"], fields["message_id"])
    return None if message is None else message.to_dict()


def _update_message(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    repository.update_message(session_id, fields["agent_id"], SessionMessage.from_dict(fields["message"]))


def _list_messages(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    limit, offset = fields.get("limit"), fields.get("offset", 0)
    messages = repository.list_messages(session_id, fields["agent_id"], limit=limit, offset=offset)
    return [message.to_dict() for message in messages]


def _create_multi_agent(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    multi_agent: Any = _MultiAgent(fields["multi_agent_id"], fields["state"])
    if again and repository.read_multi_agent(session_id, multi_agent.id) is not None:
        repository.update_multi_agent(session_id, multi_agent)
    else:
        repository.create_multi_agent(session_id, multi_agent)


def _read_multi_agent(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    return repository.read_multi_agent(session_id, fields["multi_agent_id"])


def _update_multi_agent(repository: SessionRepository, session_id: str, fields: Mapping[str, Any], again: bool) -> Any:
    multi_agent: Any = _MultiAgent(fields["multi_agent_id"], fields["state"])
    repository.update_multi_agent(session_id, multi_agent)


_OPERATIONS = {
    "create_session": _create_session,
    "read_session": _read_session,
    "create_agent": _create_agent,
    "read_agent": _read_agent,
    "update_agent": _update_agent,
    "create_message": _create_message,
    "read_message": _read_message,
    "update_message": _update_message,
    "list_messages": _list_messages,
    "create_multi_agent": _create_multi_agent,
    "read_multi_agent": _read_multi_agent,
    "update_multi_agent": _update_multi_agent,
}
