"""What crosses between a store in a workflow and its activities.

Wire format: names and shapes stand in histories.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._model import codec

VERSION = 1

STORAGE = "strands-storage"
SESSION = "strands-session"
MEMORY = "strands-memory"

METHODS: Mapping[str, tuple[str, ...]] = {
    STORAGE: ("read", "write", "delete", "list", "search"),
    SESSION: (
        *("create_session", "read_session", "create_agent", "read_agent", "update_agent"),
        *("create_message", "read_message", "update_message", "list_messages"),
        *("create_multi_agent", "read_multi_agent", "update_multi_agent"),
    ),
    MEMORY: ("initialize", "search", "add", "add_messages"),
}
"""What is done with each kind of store; each is an activity of its own."""


def activity_name(kind: str, method: str) -> str:
    """The name of an activity, as `strands-session-create-message`."""
    return f"{kind}-{method.replace('_', '-')}"


def request(store: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The input of an activity.

    Args:
        store: The store's name.
        fields: What the operation is given; those that are None are left out.

    Raises:
        TypeError: A value cannot be recorded.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    return codec.encode({"version": VERSION, "store": store, **given})
