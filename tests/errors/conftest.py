"""Fixtures for the tests of errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.eventstream import EventStream


@pytest.fixture(autouse=True)
def _broken_streams_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Strands leaves a Bedrock stream that broke to the garbage collector, which would warn of its socket."""
    streams: list[Any] = []
    create = EventStream.__init__

    def remember(self: Any, *args: Any, **kwargs: Any) -> None:
        create(self, *args, **kwargs)
        streams.append(self)

    monkeypatch.setattr(EventStream, "__init__", remember)
    yield
    for stream in streams:
        stream.close()


@pytest.fixture(autouse=True)
def _no_aws_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without credentials must not find a developer's."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
