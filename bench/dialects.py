"""How to say the same thing to each server: WebDAV for the peers, the files API for Cozy. Requests are ready-made bytes."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit

from bench.load import Answer, BadAnswer

JSON_API = "application/vnd.api+json"


class Dialect(Protocol):
    """A handle names a folder or a file in further requests."""

    @property
    def root(self) -> str: ...

    def first_page(self) -> bytes:
        """A request that a server answers once it is up."""
        ...

    def make_folder(self, parent: str, name: str) -> bytes: ...

    def upload(self, folder: str, name: str, size: int) -> bytes:
        """The head of an upload; the body (so many bytes) follows."""
        ...

    def made(self, answer: Answer, folder: str, name: str) -> str:
        """The handle of what was made; a folder's name ends with a slash. Raises BadAnswer."""
        ...

    def download(self, file: str) -> bytes: ...

    def listing(self, folder: str, entries: int) -> bytes: ...

    def listed(self, answer: Answer) -> tuple[int, bytes | None]:
        """How many entries an answer lists, and the request for the rest. Raises BadAnswer."""
        ...

    def rename(self, folder: str, file: str, name: str) -> bytes: ...

    def renamed(self, answer: Answer, folder: str, file: str, name: str) -> str:
        """The file's handle under its new name. Raises BadAnswer."""
        ...

    def remove(self, file: str) -> list[bytes]:
        """What to send, in this order, for a file's bytes to go."""
        ...


def request(method: str, target: str, fields: dict[str, str], body: bytes = b"") -> bytes:
    """A request in wire form; a length is given whenever there is a body."""
    if body:
        fields = fields | {"Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def expect(answer: Answer, *statuses: int) -> Answer:
    """The answer itself. Raises BadAnswer when its status is another."""
    if answer.status not in statuses:
        raise BadAnswer(f"status {answer.status} instead of {statuses[0]}: {answer.body[:200]!r}")
    return answer


# What all peers keep in the file's own attributes. With displayname or getcontenttype mod_dav takes three times as long
# (it opens its property database for each entry), which would flatter the others.
PROPFIND = (
    b'<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop><d:getlastmodified/>'
    b"<d:getcontentlength/><d:resourcetype/><d:getetag/></d:prop></d:propfind>"
)
RESPONSE = re.compile(rb"<(?:\w+:)?response[\s>]")


@dataclass(frozen=True)
class WebDav:
    """RFC 4918; handles are paths. host: with its port; password: where one is asked for."""

    host: str
    root: str = "/"
    password: str = ""

    @property
    def fields(self) -> dict[str, str]:
        proof = base64.b64encode(f"bench:{self.password}".encode()).decode()
        return {"Host": self.host} | ({"Authorization": f"Basic {proof}"} if self.password else {})

    def first_page(self) -> bytes:
        return request("OPTIONS", self.root, self.fields)

    def make_folder(self, parent: str, name: str) -> bytes:
        return request("MKCOL", f"{parent}{name}/", self.fields)

    def upload(self, folder: str, name: str, size: int) -> bytes:
        fields = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
        }
        return request("PUT", folder + name, self.fields | fields)

    def made(self, answer: Answer, folder: str, name: str) -> str:
        expect(answer, 201)
        return folder + name

    def download(self, file: str) -> bytes:
        return request("GET", file, self.fields)

    def listing(self, folder: str, entries: int) -> bytes:
        fields = {"Depth": "1", "Content-Type": "application/xml"}
        return request("PROPFIND", folder, self.fields | fields, PROPFIND)

    def listed(self, answer: Answer) -> tuple[int, bytes | None]:
        expect(answer, 207)
        return len(RESPONSE.findall(answer.body)) - 1, None  # the folder lists itself too

    def rename(self, folder: str, file: str, name: str) -> bytes:
        return request(
            "MOVE",
            file,
            self.fields | {"Destination": f"http://{self.host}{folder}{name}"},
        )

    def renamed(self, answer: Answer, folder: str, file: str, name: str) -> str:
        expect(answer, 201, 204)
        return folder + name

    def remove(self, file: str) -> list[bytes]:
        return [request("DELETE", file, self.fields)]


@dataclass(frozen=True)
class FilesApi:
    """The files API of a home; handles are documents' ids."""

    host: str  # with its port
    token: str
    root: str = "io.cozy.files.root-dir"

    @property
    def fields(self) -> dict[str, str]:
        return {
            "Host": self.host,
            "Authorization": f"Bearer {self.token}",
            "Accept": JSON_API,
        }

    def first_page(self) -> bytes:
        return request("GET", "/auth/login", {"Host": self.host, "Accept": "text/html"})

    def make_folder(self, parent: str, name: str) -> bytes:
        target = f"/files/{parent}?Type=directory&Name={quote(name)}"
        return request("POST", target, self.fields | {"Content-Length": "0"})

    def upload(self, folder: str, name: str, size: int) -> bytes:
        fields = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
        }
        return request(
            "POST",
            f"/files/{folder}?Type=file&Name={quote(name)}",
            self.fields | fields,
        )

    def made(self, answer: Answer, folder: str, name: str) -> str:
        return json.loads(expect(answer, 201).body)["data"]["id"]

    def download(self, file: str) -> bytes:
        return request("GET", f"/files/download/{file}", self.fields)

    def listing(self, folder: str, entries: int) -> bytes:
        return request("GET", f"/files/{folder}?page%5Blimit%5D={entries}", self.fields)

    def listed(self, answer: Answer) -> tuple[int, bytes | None]:
        body = json.loads(expect(answer, 200).body)
        following = body.get("links", {}).get("next")
        return len(body.get("included", [])), following and self._rest(following)

    def _rest(self, link: str) -> bytes:
        parts = urlsplit(link)
        return request("GET", f"{parts.path}?{quote(parts.query, safe='=&%')}", self.fields)

    def rename(self, folder: str, file: str, name: str) -> bytes:
        body = {"data": {"type": "io.cozy.files", "id": file, "attributes": {"name": name}}}
        return request(
            "PATCH",
            f"/files/{file}",
            self.fields | {"Content-Type": JSON_API},
            json.dumps(body).encode(),
        )

    def renamed(self, answer: Answer, folder: str, file: str, name: str) -> str:
        if json.loads(expect(answer, 200).body)["data"]["attributes"]["name"] != name:
            raise BadAnswer("the file kept its old name")
        return file

    def remove(self, file: str) -> list[bytes]:
        return [request("DELETE", f"/files/{place}{file}", self.fields) for place in ("", "trash/")]
