"""A server that speaks as much of Bedrock's knowledge bases as Strands needs: their type, documents and retrieval."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..fixtures.loopback import Handler, serving


class KnowledgeBases:
    """What the server has, and what it was asked.

    Attributes:
        documents: The text and the attributes of each document, in the order in which they came.
        requests: Method, path and body of each request.
        throttled: How many of the next retrievals are to be refused for now.
    """

    def __init__(self) -> None:
        self.documents: list[tuple[str, dict[str, str]]] = []
        self.requests: list[tuple[str, str, Any]] = []
        self.throttled = 0
        self.address = ""

    def paths(self, method: str) -> list[str]:
        """The paths that were asked by a method."""
        return [path for verb, path, _ in self.requests if verb == method]


@contextmanager
def knowledge_server() -> Iterator[KnowledgeBases]:
    """A server on a free port, with the knowledge base KB12345678 and its data source DS45678901."""
    bases = KnowledgeBases()

    class Bedrock(Handler):
        def _answer(self, status: int, body: Any, **headers: str) -> None:
            self.answer(status, json.dumps(body).encode(), Content_Type="application/json", **headers)

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body: Any = json.loads(self.rfile.read(length) or b"null")
            bases.requests.append((self.command, self.path, body))
            base, rest = self.path.strip("/").removeprefix("knowledgebases/").partition("/")[::2]
            if base != "KB12345678":
                words = {"message": f"Knowledge base {base} does not exist"}
                self._answer(404, words, x_amzn_ErrorType="ResourceNotFoundException")
            elif rest == "":
                self._answer(200, {"knowledgeBase": {"knowledgeBaseConfiguration": {"type": "VECTOR"}}})
            elif rest == "retrieve" and bases.throttled:
                bases.throttled -= 1
                self._answer(429, {"message": "Slow down"}, x_amzn_ErrorType="ThrottlingException")
            elif rest == "retrieve":
                self._answer(200, {"retrievalResults": self._found(body)})
            else:
                self._ingest(body)

        def _found(self, body: Any) -> list[Any]:
            search = body["retrievalConfiguration"]["vectorSearchConfiguration"]
            scope = search["filter"]["equals"]["value"]
            found = [text for text, attributes in bases.documents if attributes.get("namespace") == scope]
            return [
                {
                    "content": {"text": text},
                    "score": 0.5,
                    "location": {"type": "CUSTOM"},
                    "metadata": {"namespace": scope},
                }
                for text in found[: search["numberOfResults"]]
            ]

        def _ingest(self, body: Any) -> None:
            for each in body["documents"]:
                text = each["content"]["custom"]["inlineContent"]["textContent"]["data"]
                pairs = each["metadata"]["inlineAttributes"]
                bases.documents.append((text, {pair["key"]: pair["value"]["stringValue"] for pair in pairs}))
            self._answer(202, {"documentDetails": []})

        do_GET = do_POST = do_PUT = _handle

    with serving(Bedrock) as bases.address:
        yield bases
