"""A worker process whose first attempt to write the third message of a session writes it and never says so."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from strands.session import FileSessionManager
from strands.types.session import SessionMessage

from strands_temporal import StrandsPlugin
from strands_temporal.testing import ScriptedModel

from ..work import work
from .session_workflows import Talk
from .test_sessions import answers


async def main(address: str, task_queue: str, log: str, requests: str, folder: str, cache: str) -> None:
    """Work until the process is killed."""

    class Sessions(FileSessionManager):
        def create_message(
            self, session_id: str, agent_id: str, session_message: SessionMessage, **kwargs: Any
        ) -> None:
            super().create_message(session_id, agent_id, session_message, **kwargs)
            before = Path(log).read_text() if Path(log).exists() else ""
            with Path(log).open("a") as file:
                file.write(f"{session_message.message_id} by {os.getpid()}\n")
            if session_message.message_id == 2 and "2 by" not in before:
                time.sleep(60)  # the process is killed

    model = ScriptedModel(answers, record=Path(requests))
    plugin = StrandsPlugin(
        models={"scripted": lambda: model},
        session_repositories={"sessions": lambda session_id: Sessions(session_id, storage_dir=folder)},
    )
    await work(address, task_queue, cache, plugin, workflows=[Talk])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
