"""A server that speaks as much of S3 as Strands needs: put, get, list and delete of objects, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import boto3  # pyright: ignore[reportMissingTypeStubs]

from ..fixtures.loopback import Handler, serving


class S3:
    """What the server has, and what was done.

    Attributes:
        objects: The objects by bucket and key, as `bucket/key`.
        puts: The keys in the order in which they were written.
        failures: How many of the next writes are to fail after they were done.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts: list[str] = []
        self.failures = 0
        self.address = ""

    def session(self) -> Any:
        """A boto3 session with the credentials of nobody."""
        return boto3.Session(aws_access_key_id="key", aws_secret_access_key="word", region_name="eu-west-1")


@contextmanager
def s3_server() -> Iterator[S3]:
    """A server on a free port."""
    s3 = S3()

    class Objects(Handler):
        def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
            super().answer(status, body, ETag='"0"', **headers)

        def _error(self, status: int, code: str) -> None:
            self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

        @property
        def key(self) -> str:
            return unquote(urlsplit(self.path).path).lstrip("/")

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked" and "aws-chunked" not in str(
                self.headers.get("Content-Encoding")
            ):
                return self.rfile.read(int(self.headers["Content-Length"]))
            body = b""  # of chunks, each with its size before it, and checksums at the end
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return body

        def do_PUT(self) -> None:
            s3.objects[self.key] = self._body()
            s3.puts.append(self.key)
            if s3.failures:
                s3.failures -= 1
                self._error(503, "SlowDown")
            else:
                self.answer(200)

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            if "list-type" in query:
                self._list(query.get("prefix", [""])[0])
            elif self.key in s3.objects:
                self.answer(200, s3.objects[self.key])
            else:
                self._error(404, "NoSuchKey")

        def do_HEAD(self) -> None:
            self.answer(200 if self.key in s3.objects else 404)

        def do_DELETE(self) -> None:
            s3.objects.pop(self.key, None)
            self.answer(204)

        def _list(self, prefix: str) -> None:
            bucket = self.key.split("/")[0]
            keys = [key.partition("/")[2] for key in sorted(s3.objects) if key.startswith(f"{bucket}/{prefix}")]
            found = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in keys)
            self.answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode())

    with serving(Objects) as s3.address:
        yield s3
