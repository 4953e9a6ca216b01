"""What nobody needs any more: look-ups for the daily chores."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work

from ..model import TRASH


def needed_blobs(work: Work, keys: Sequence[str]) -> set[str]:
    """Those of these blobs that a content names, or that an upload under way became and may still be ended as."""
    uploads = {key.rpartition("-")[2]: key for key in keys}
    named = work.db.all(
        "SELECT blob FROM contents WHERE home_id = :home AND blob IN :keys", home=work.home, keys=list(keys)
    )
    ending = work.db.all(
        "SELECT id FROM uploads WHERE home_id = :home AND id IN :ids", home=work.home, ids=list(uploads)
    )
    return {row[0] for row in named} | {uploads[row[0]] for row in ending}


def known_contents(work: Work, hashes: Sequence[str]) -> set[str]:
    """Those of these contents that are here."""
    rows = work.db.all(
        "SELECT sha256 FROM contents WHERE home_id = :home AND sha256 IN :hashes",
        home=work.home, hashes=list(hashes),
    )  # fmt: skip
    return {row[0] for row in rows}


def known_uploads(work: Work, ids: Sequence[str]) -> set[str]:
    """Those of these uploads that are under way."""
    rows = work.db.all(
        "SELECT id FROM uploads WHERE home_id = :home AND id IN :ids", home=work.home, ids=list(ids)
    )
    return {row[0] for row in rows}


def old_trash(work: Work, before: str, limit: int) -> list[str]:
    """Ids of what was put into the bin before a moment."""
    rows = work.db.all(
        """SELECT id FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted
              AND body->>'dir_id' = :trash AND body->'cozyMetadata'->>'trashedAt' < :before LIMIT :limit""",
        home=work.home, trash=TRASH, before=before, limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]
