"""The operations of a storage on the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._sandbox.wire import content_field
from . import edits


async def run(storage: Any, method: str, fields: Mapping[str, Any]) -> Any:
    """Do one operation.

    Args:
        storage: The storage.
        method: Which.
        fields: What it is given.

    Returns:
        Values of JSON and bytes.
    """
    if method == "read":
        data: bytes | None = await storage.read(fields["key"])
        return None if data is None else {"data": content_field(data)}
    if method == "write":
        return await _write(storage, fields)
    if method == "delete":
        await storage.delete(fields["key"])
        return None
    if method == "list":
        return list(await storage.list(fields["query"]))
    found = await storage.search(fields["query"])
    return [
        {"key": each.key, "score": each.score} | ({} if each.data is None else {"data": content_field(each.data)})
        for each in found
    ]


async def _write(storage: Any, fields: Mapping[str, Any]) -> Any:
    if "steps" not in fields:
        await storage.write(fields["key"], as_bytes(fields["data"]))
        return None
    base: bytes = await storage.read(fields["key"]) or b""
    now = edits.digest(base)
    if now == fields["digest"]:
        return None  # an attempt before has done it
    data = edits.apply(base, fields["steps"]) if now == fields["base"] else b""
    if edits.digest(data) != fields["digest"]:
        return {"other_base": True}
    await storage.write(fields["key"], data)
    return None


def as_bytes(data: str | bytes) -> bytes:
    """What `content_field` was given."""
    return data.encode() if isinstance(data, str) else data
