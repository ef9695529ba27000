"""A client like another one, with another data converter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio.client import Client
from temporalio.converter import DataConverter


def with_data_converter(client: Client, change: Callable[[DataConverter | None], DataConverter]) -> Client:
    """A client on the same connection whose data converter is changed; the client itself where it stays the same.

    Args:
        client: The client that a worker was given; other users of it keep their converter.
        change: Called with its converter.
    """
    config: Any = client.config(active_config=True)
    converter = change(config["data_converter"])
    if converter is config["data_converter"]:
        return client
    # Without plugins: what they configure is in the active configuration already.
    config.update(data_converter=converter, plugins=[])
    return Client(**config)
