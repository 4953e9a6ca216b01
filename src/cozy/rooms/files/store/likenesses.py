"""What pictures look like, by content, and which look alike."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cozy.kernel.work import Work

from ..model import File, parts_of
from .tree import LIVING, file_row

_ALL = 10_000_000  # more documents than any home has
_TOLD_LIMIT = 100_000


def insert(work: Work, sha256: str, likeness: str) -> bool:
    """Note what a content looks like; False when that is known."""
    added = work.db.run(
        """INSERT INTO likenesses (home_id, sha256, likeness) VALUES (:home, :sha256, :likeness)
           ON CONFLICT (home_id, sha256) DO NOTHING""",
        home=work.home, sha256=sha256, likeness=likeness,
    )  # fmt: skip
    if not added:
        return False
    for part, value in enumerate(parts_of(likeness)):
        work.db.run(
            "INSERT INTO likeness_parts (home_id, part, value, sha256) VALUES (:home, :part, :value, :sha256)",
            home=work.home, part=part, value=value, sha256=sha256,
        )  # fmt: skip
    return True


def is_known(work: Work, sha256: str) -> bool:
    """Whether it is known what a content looks like."""
    return bool(
        work.db.one(
            "SELECT 1 FROM likenesses WHERE home_id = :home AND sha256 = :sha256",
            home=work.home,
            sha256=sha256,
        )
    )


def sharing(work: Work, part: int, values: Sequence[int], limit: int) -> dict[str, str]:
    """The likenesses of contents that have one of these values as this part, by hash."""
    rows = work.db.all(
        """SELECT l.sha256, l.likeness FROM likeness_parts p
             JOIN likenesses l ON l.home_id = p.home_id AND l.sha256 = p.sha256
            WHERE p.home_id = :home AND p.part = :part AND p.value IN :values LIMIT :limit""",
        home=work.home, part=part, values=list(values), limit=limit,
    )  # fmt: skip
    return dict(rows)


def pair(work: Work, one: str, other: str) -> None:
    """Note that two contents look alike."""
    for sha256, twin in ((one, other), (other, one)):
        work.db.run(
            """INSERT INTO twins (home_id, sha256, other) VALUES (:home, :sha256, :other)
               ON CONFLICT (home_id, sha256, other) DO NOTHING""",
            home=work.home, sha256=sha256, other=twin,
        )  # fmt: skip


def pairs(work: Work) -> list[tuple[str, str]]:
    """All contents that look alike, each pair once."""
    rows = work.db.all(
        "SELECT sha256, other FROM twins WHERE home_id = :home AND sha256 < other ORDER BY sha256, other",
        home=work.home,
    )
    return [(one, other) for one, other in rows]


def forget(work: Work, sha256: str) -> None:
    """A content is gone."""
    row = work.db.one(
        "DELETE FROM likenesses WHERE home_id = :home AND sha256 = :sha256 RETURNING likeness",
        home=work.home, sha256=sha256,
    )  # fmt: skip
    if row is None or not row[0]:
        return
    for part, value in enumerate(parts_of(row[0])):
        work.db.run(
            "DELETE FROM likeness_parts WHERE home_id = :home AND part = :part AND value = :value AND sha256 = :sha256",
            home=work.home, part=part, value=value, sha256=sha256,
        )  # fmt: skip
    work.db.run(
        """DELETE FROM twins WHERE home_id = :home AND other = :sha256
              AND sha256 IN (SELECT other FROM twins WHERE home_id = :home AND sha256 = :sha256)""",
        home=work.home, sha256=sha256,
    )  # fmt: skip
    work.db.run("DELETE FROM twins WHERE home_id = :home AND sha256 = :sha256", home=work.home, sha256=sha256)


def shared_contents(work: Work, limit: int) -> list[str]:
    """Contents that several documents name; some of them may be versions of one file."""
    # Read in the order of the index first: grouped at once, SQLite would read every body as well.
    rows = work.db.all(
        """SELECT sha256 FROM
             (SELECT body->>'sha256' AS sha256 FROM documents
               WHERE home_id = :home AND NOT deleted AND (body->>'sha256') IS NOT NULL
               ORDER BY body->>'sha256' LIMIT :all) AS named
            GROUP BY sha256 HAVING COUNT(*) > 1 ORDER BY sha256 LIMIT :limit""",
        home=work.home, limit=limit, all=_ALL,
    )  # fmt: skip
    return [row[0] for row in rows]


def files_of(work: Work, hashes: Sequence[str]) -> list[File]:
    """The files that hold one of these contents, the bin included."""
    rows = work.db.all(
        f"{LIVING} AND body->>'sha256' IN :hashes ORDER BY id", home=work.home, hashes=list(hashes)
    )
    return [file_row(row) for row in rows]


def told_apart(work: Work, doctype: str) -> list[list[str]]:
    """The ids of files that the owner told apart, each time that they did."""
    rows = work.db.all(
        """SELECT body->>'files' FROM documents
            WHERE home_id = :home AND doctype = :doctype AND NOT deleted ORDER BY id LIMIT :limit""",
        home=work.home, doctype=doctype, limit=_TOLD_LIMIT,
    )  # fmt: skip
    return [ids for (said,) in rows if (ids := _ids(said))]


def _ids(said: str | None) -> list[str]:
    """What the document says, which an app may have written."""
    try:
        return msgspec.json.decode(said or "[]", type=list[str])
    except msgspec.DecodeError:
        return []


def unseen(work: Work, limit: int) -> list[tuple[str, str]]:
    """Pictures of which nobody knows what they look like: file and content."""
    rows = work.db.all(
        """SELECT d.id, d.body->>'sha256' FROM documents d
            WHERE d.home_id = :home AND d.doctype = 'io.cozy.files' AND NOT d.deleted AND d.body->>'class' = 'image'
              AND NOT EXISTS (SELECT 1 FROM likenesses l WHERE l.home_id = :home AND l.sha256 = d.body->>'sha256')
            LIMIT :limit""",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [(id_, sha256) for id_, sha256 in rows]
