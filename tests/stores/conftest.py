"""The S3 server of a test, which boto3 finds by its environment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .s3_server import S3, s3_server


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with s3_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.address)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield server
