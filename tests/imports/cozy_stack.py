"""A Cozy of another make, as far as an archive is fetched from it and it moves: it answers on loopback as web/move of cozy-stack does."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

MAC = base64.urlsafe_b64encode(b"a message, authenticated").decode()
CURSORS = ["io.cozy.files/f2", "io.cozy.files.versions/f1/v1"]


@dataclass
class CozyStack:
    """parts: of the archive, zips; asked: what it was asked, in order: method, path with query, Authorization; broken: parts cut short."""

    parts: list[Path]
    state: str = "done"
    total_size: int = 1123
    broken: int = 0
    refuses: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)  # the bodies of what it was told
    origin: str = ""

    @property
    def shown(self) -> str:
        """The address that a person is shown in its settings."""
        return f"{self.origin}/#/exports/{MAC}"

    def manifest(self) -> bytes:
        """What model/move/doc.go tells of an export."""
        attributes = {
            "domain": "ana.example", "parts_size": 1 << 30, "parts_cursors": CURSORS[: len(self.parts) - 1], "with_doctypes": [],
            "state": self.state, "created_at": "2026-07-01T08:59:37.530693972+02:00", "expires_at": "2026-07-08T08:59:37+02:00",
            "total_size": self.total_size, "creation_duration": 62978511, "error": "",
        }  # fmt: skip
        data = {"type": "io.cozy.exports", "id": "86dbb546", "attributes": attributes, "meta": {"rev": "2-x"}}
        return json.dumps({"data": {**data, "links": {"self": f"/move/exports/{MAC}"}}}).encode()


def served(there: CozyStack) -> ThreadingHTTPServer:
    """Listens from now on, in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            there.asked.append(("GET", self.path, self.headers.get("authorization", "")))
            url = urlsplit(self.path)
            if url.path == f"/move/exports/{MAC}":
                self._answer(200, there.manifest(), "application/vnd.api+json")
            elif url.path == f"/move/exports/data/{MAC}":
                self._part(parse_qs(url.query).get("cursor", [""])[0])
            elif url.path == "/move/importing":
                self._answer(200, b"<html>", "text/html")
            else:
                self._answer(404, b'{"message":"Not Found"}', "application/json")

        def do_POST(self) -> None:
            there.asked.append(("POST", self.path, self.headers.get("authorization", "")))
            there.told.append(self.rfile.read(int(self.headers.get("content-length", "0"))))
            if self.path == "/move/imports" and not there.refuses:
                self.send_response(303)
                self.send_header("location", f"{there.origin}/move/importing")
                self.send_header("content-length", "0")
                self.end_headers()
                return
            self._answer(500 if there.refuses else 204, b"", "")

        def _part(self, cursor: str) -> None:
            number = CURSORS.index(cursor) + 1 if cursor else 0
            content = there.parts[number].read_bytes()
            self.send_response(200)
            self.send_header("content-type", "application/zip")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if there.broken:
                there.broken -= 1
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
                return
            self.wfile.write(content)

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            if kind:
                self.send_header("content-type", kind)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
