"""TemporalSessionRepository: a worker's session repository by its name, for Strands' session managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strands.session import SessionRepository
from strands.types.session import Session, SessionAgent, SessionMessage
from typing_extensions import Unpack

from .._errors import SessionError, refusing_wrong_arguments
from .._options import ActivityOptions
from . import wire
from .calls import StoreCalls

if TYPE_CHECKING:
    from strands.multiagent.base import MultiAgentBase


class TemporalSessionRepository(SessionRepository):
    """A session repository in a workflow: each operation is an activity on the one that a worker has under its name.

    For `RepositorySessionManager(session_id, TemporalSessionRepository("files"))`, made in `@workflow.run`. The
    worker's may be a `FileSessionManager`, an `S3SessionManager`, or a repository of your own. What is read and written
    is recorded, so a replay does neither.
    """

    @refusing_wrong_arguments
    def __init__(self, name: str, **options: Unpack[ActivityOptions]) -> None:
        """Name a session repository; nothing is called yet.

        Args:
            name: Name of a repository in the worker's `StrandsPlugin(session_repositories=...)`.
            **options: Options of the activities: `task_queue`, `schedule_to_close_timeout`,
                `schedule_to_start_timeout`, `start_to_close_timeout` (1 minute where neither it nor
                `schedule_to_close_timeout` is given), `heartbeat_timeout`, `retry_policy`, `cancellation_type`,
                `versioning_intent`, `summary`, `priority`.

        Raises:
            InvalidOptionError: The name or an option has a wrong name, type or value.
            InvalidArgumentError: An argument is missing.
            MissingPluginError: The worker of the workflow has no `StrandsPlugin`.
        """
        self._calls = StoreCalls(
            wire.SESSION,
            name,
            options,
            owner="TemporalSessionRepository",
            option="session_repositories",
            error=SessionError,
        )

    def _now(self, method: str, session_id: str, shown: str = "", **fields: Any) -> Any:
        return self._calls.now(method, {"session_id": session_id, **fields}, f"{session_id} {shown}".strip())

    def create_session(self, session: Session, **kwargs: Any) -> Session:
        """See base class."""
        self._now("create_session", session.session_id, session=session.to_dict())
        return session

    def read_session(self, session_id: str, **kwargs: Any) -> Session | None:
        """See base class."""
        found = self._now("read_session", session_id)
        return None if found is None else Session.from_dict(found)

    def create_agent(self, session_id: str, session_agent: SessionAgent, **kwargs: Any) -> None:
        """See base class."""
        self._now("create_agent", session_id, session_agent.agent_id, agent=session_agent.to_dict())

    def read_agent(self, session_id: str, agent_id: str, **kwargs: Any) -> SessionAgent | None:
        """See base class."""
        found = self._now("read_agent", session_id, agent_id, agent_id=agent_id)
        return None if found is None else SessionAgent.from_dict(found)

    def update_agent(self, session_id: str, session_agent: SessionAgent, **kwargs: Any) -> None:
        """See base class."""
        self._now("update_agent", session_id, session_agent.agent_id, agent=session_agent.to_dict())

    def create_message(self, session_id: str, agent_id: str, session_message: SessionMessage, **kwargs: Any) -> None:
        """See base class."""
        shown = f"{agent_id} {session_message.message_id}"
        self._now("create_message", session_id, shown, agent_id=agent_id, message=session_message.to_dict())

    def read_message(self, session_id: str, agent_id: str, message_id: int, **kwargs: Any) -> SessionMessage | None:
        """See base class."""
        shown = f"{agent_id} {message_id}"
        found = self._now("read_message", session_id, shown, agent_id=agent_id, message_id=message_id)
        return None if found is None else SessionMessage.from_dict(found)

    def update_message(self, session_id: str, agent_id: str, session_message: SessionMessage, **kwargs: Any) -> None:
        """See base class."""
        shown = f"{agent_id} {session_message.message_id}"
        self._now("update_message", session_id, shown, agent_id=agent_id, message=session_message.to_dict())

    def list_messages(
        self, session_id: str, agent_id: str, limit: int | None = None, offset: int = 0, **kwargs: Any
    ) -> list[SessionMessage]:
        """See base class."""
        found = self._now("list_messages", session_id, agent_id, agent_id=agent_id, limit=limit, offset=offset)
        return [SessionMessage.from_dict(each) for each in found]

    def create_multi_agent(self, session_id: str, multi_agent: MultiAgentBase, **kwargs: Any) -> None:
        """See base class."""
        self._multi_agent("create_multi_agent", session_id, multi_agent)

    def read_multi_agent(self, session_id: str, multi_agent_id: str, **kwargs: Any) -> dict[str, Any] | None:
        """See base class."""
        return self._now("read_multi_agent", session_id, multi_agent_id, multi_agent_id=multi_agent_id)

    def update_multi_agent(self, session_id: str, multi_agent: MultiAgentBase, **kwargs: Any) -> None:
        """See base class."""
        self._multi_agent("update_multi_agent", session_id, multi_agent)

    def _multi_agent(self, method: str, session_id: str, multi_agent: MultiAgentBase) -> None:
        state = multi_agent.serialize_state()
        self._now(method, session_id, multi_agent.id, multi_agent_id=multi_agent.id, state=state)
