"""What files hold: one row a content and home, however many documents name it."""

from __future__ import annotations

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work

from . import holds, likenesses


def keep(work: Work, content: Content) -> None:
    """Store a content, once: bytes that are already here leave the new blob to be freed."""
    added = work.db.run(
        """INSERT INTO contents (home_id, sha256, md5, size, inline, blob)
           VALUES (:home, :sha256, :md5, :size, :inline, :blob) ON CONFLICT (home_id, sha256) DO NOTHING""",
        home=work.home, sha256=content.sha256, md5=content.md5, size=content.size, inline=content.inline,
        blob=content.blob,
    )  # fmt: skip
    if not added and content.blob is not None:
        kept = fetch(work, content.sha256)
        if kept is not None and kept.blob != content.blob:
            work.freed.append(content.blob)


def fetch(work: Work, sha256: str) -> Content | None:
    """A content by its hash."""
    row = work.db.one(
        "SELECT sha256, md5, size, inline, blob FROM contents WHERE home_id = :home AND sha256 = :sha256",
        home=work.home, sha256=sha256,
    )  # fmt: skip
    if row is None:
        return None
    sha, md5, size, inline, blob = row
    return Content(sha, md5, size, None if inline is None else bytes(inline), blob)


def free_unused(work: Work, sha256: str) -> None:
    """Forget a content when no document names it any more; its blob is deleted after the commit. While somebody holds, it waits."""
    if holds.is_any(work):
        holds.remember(work, sha256)
        return
    row = work.db.one(
        """DELETE FROM contents WHERE home_id = :home AND sha256 = :sha256 AND NOT EXISTS (
             SELECT 1 FROM documents d
              WHERE d.home_id = :home AND NOT d.deleted AND d.body->>'sha256' = :sha256)
           RETURNING blob""",
        home=work.home, sha256=sha256,
    )  # fmt: skip
    if row is None:
        return
    work.faded.append(sha256)
    likenesses.forget(work, sha256)
    if row[0] is not None:
        work.freed.append(row[0])


def add_usage(work: Work, size: int) -> int:
    """Count bytes (negative: freed) towards what the home holds, and return the new sum."""
    row = work.db.one(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, 'bytes', :size)
           ON CONFLICT (home_id, name) DO UPDATE SET value = counters.value + :size RETURNING value""",
        home=work.home, size=size,
    )  # fmt: skip
    assert row is not None
    return int(row[0])


def usage(work: Work) -> int:
    """Bytes of all files and old versions, the trash included."""
    row = work.db.one("SELECT value FROM counters WHERE home_id = :home AND name = 'bytes'", home=work.home)
    return int(row[0]) if row else 0
