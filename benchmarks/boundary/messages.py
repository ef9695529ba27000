"""The messages of a conversation, as Strands writes them."""

from __future__ import annotations

from typing import Any

from .text import DOCUMENT, words


def user(prompt: str) -> dict[str, Any]:
    """A user's message; with a document of 100 KB where its first line says so."""
    return {"role": "user", "content": user_content(prompt)}


def user_content(prompt: str) -> list[Any]:
    """The content blocks of a user's message."""
    head = prompt.partition("\n")[0]
    blocks: list[Any] = [{"text": prompt}]
    if head.endswith(" document"):
        # ASCII, since the official plugin's converter carries no other bytes.
        data = words(head, DOCUMENT).encode()
        blocks.append({"document": {"format": "txt", "name": "notes", "source": {"bytes": data}}})
    return blocks


def tool_result(use: dict[str, Any], text: str) -> dict[str, Any]:
    """The message that answers a call of a tool."""
    result = {"toolUseId": use["toolUseId"], "status": "success", "content": [{"text": text}]}
    return {"role": "user", "content": [{"toolResult": result}]}


def text_of(message: Any) -> str:
    """The text of a message."""
    return "".join(block["text"] for block in message["content"] if "text" in block)


def tool_use_of(message: Any) -> dict[str, Any] | None:
    """The call of a tool in a message, if there is one."""
    return next((block["toolUse"] for block in message["content"] if "toolUse" in block), None)
