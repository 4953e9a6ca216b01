"""Recorded answers: tests of a connector play a visit again, without the service and without the owner's password."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from .errors import NotFetched
from .web import Reply

_KEPT = (
    "content-type",
    "location",
    "etag",
    "last-modified",
    "content-disposition",
)  # nothing that opens anything


class Playing:
    """Answers from a file; what is not on the tape was not asked when it was recorded."""

    def __init__(self, path: Path) -> None:
        self._left: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for turn in json.loads(path.read_text("utf-8")):
            self._left[turn["asked"]].append(turn)

    def answer(self, method: str, url: str, body: bytes) -> Reply:
        """The next answer to this; the last one stays. Raises NotFetched."""
        turns = self._left.get(_asked(method, url, body))
        if not turns:
            raise NotFetched("NOT_ON_TAPE", detail=f"{method} {url}")
        turn = turns.pop(0) if len(turns) > 1 else turns[0]
        held = turn["text"].encode() if "text" in turn else base64.b64decode(turn["base64"])
        return Reply(turn["status"], turn["headers"], held, turn["url"])

    def record(self, method: str, url: str, body: bytes, reply: Reply) -> None:
        """Nothing is asked, so nothing is recorded."""


class Recording:
    """The web, and a file of what it answered. Read it before it is committed: answers hold what the service knows of you."""

    def __init__(self, path: Path) -> None:
        self._path, self._turns = path, list[dict[str, Any]]()

    def answer(self, method: str, url: str, body: bytes) -> None:
        """The web is asked each time."""

    def record(self, method: str, url: str, body: bytes, reply: Reply) -> None:
        """Put it on the tape."""
        try:
            held = {"text": reply.body.decode()}
        except UnicodeDecodeError:
            held = {"base64": base64.b64encode(reply.body).decode()}
        headers = {name: value for name, value in reply.headers.items() if name in _KEPT}
        asked = _asked(method, url, body)
        self._turns.append(
            {"asked": asked, "status": reply.status, "url": reply.url, "headers": headers, **held}
        )
        self._path.write_text(json.dumps(self._turns, indent=1, ensure_ascii=False), "utf-8")


def _asked(method: str, url: str, body: bytes) -> str:
    """What was asked, by which it is found again; of a body, which may hold a password, a digest that leads back to none."""
    digest = f" {hashlib.sha256(body).hexdigest()[:16]}" if body and not _is_a_form(body) else ""
    return f"{method} {url}{digest}"


def _is_a_form(body: bytes) -> bool:
    return b"password" in body.lower()
