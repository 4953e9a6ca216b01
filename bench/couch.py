"""How to say the same thing to each server of documents: they all speak CouchDB's API, at different addresses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench.dialects import expect, request
from bench.load import Answer

Document = Mapping[str, Any]
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Couch:
    """A database is what Cozy calls a doctype; its handle is its path."""

    prefix: str
    alive: str  # what answers once the server is up
    host: str  # with its port
    authorization: str = ""

    @property
    def fields(self) -> dict[str, str]:
        own = {"Host": self.host, "Accept": "application/json"}
        return own | ({"Authorization": self.authorization} if self.authorization else {})

    def first_page(self) -> bytes:
        return request("GET", self.alive, {"Host": self.host, "Accept": "text/html"})

    def database(self, name: str) -> str:
        return f"{self.prefix}{name}"

    def create(self, database: str) -> bytes:
        return request("PUT", database, self.fields | {"Content-Length": "0"})

    def get(self, database: str, id_: str) -> bytes:
        return request("GET", f"{database}/{id_}", self.fields)

    def put(self, database: str, document: Document) -> bytes:
        return self._send("PUT", f"{database}/{document['_id']}", contents(document))

    def bulk(self, database: str, documents: Sequence[Document]) -> bytes:
        return self._send("POST", f"{database}/_bulk_docs", {"docs": documents})

    def index(self, database: str, *names: str) -> bytes:
        return self._send("POST", f"{database}/_index", {"index": {"fields": names}, "name": "-".join(names)})

    def find(self, database: str, selector: Document, limit: int) -> bytes:
        return self._send("POST", f"{database}/_find", {"selector": selector, "limit": limit})

    def changes(self, database: str, since: str, limit: int) -> bytes:
        target = f"{database}/_changes?since={quote(since)}&limit={limit}"
        return request("GET", target, self.fields)

    def _send(self, method: str, target: str, body: object) -> bytes:
        return request(
            method, target, self.fields | {"Content-Type": "application/json"}, _encode(body).encode()
        )


def read(answer: Answer, *statuses: int) -> Any:
    """The JSON of an answer. Raises BadAnswer."""
    return json.loads(expect(answer, *(statuses or (200,))).body)


def contents(document: Document) -> dict[str, Any]:
    """A document without its id and what servers add to it."""
    return {name: value for name, value in document.items() if not name.startswith("_")}
