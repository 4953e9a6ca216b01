"""The SQL of what replicas remember here: `_local` documents, which have no history and are not replicated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cozy.kernel.work import Work

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def fetch(work: Work, doctype: str, name: str) -> tuple[int, dict[str, Any]] | None:
    """How often it was written, and what it holds."""
    row = work.db.one(
        "SELECT edits, body FROM checkpoints WHERE home_id = :home AND doctype = :doctype AND name = :name",
        home=work.home, doctype=doctype, name=name,
    )  # fmt: skip
    return (int(row[0]), _decode(row[1])) if row else None


def write(work: Work, doctype: str, name: str, edits: int, body: Mapping[str, Any]) -> None:
    """Store it."""
    work.db.run(
        """INSERT INTO checkpoints (home_id, doctype, name, edits, body)
           VALUES (:home, :doctype, :name, :edits, :body)
           ON CONFLICT (home_id, doctype, name) DO UPDATE SET edits = :edits, body = :body""",
        home=work.home, doctype=doctype, name=name, edits=edits, body=msgspec.json.encode(body).decode(),
    )  # fmt: skip
