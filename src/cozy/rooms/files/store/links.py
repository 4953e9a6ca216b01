"""What a file is part of, and which devices leave a folder out: the index behind two members of the documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cozy.kernel.work import Work

Kind = Literal["referenced_by", "not_synchronized_on"]


def add(work: Work, kind: Kind, file_id: str, doctype: str, target_id: str) -> None:
    """Link a file or folder to a document; twice is once."""
    work.db.run(
        """INSERT INTO file_links (home_id, kind, doctype, target_id, file_id)
           VALUES (:home, :kind, :doctype, :target, :file)
           ON CONFLICT (home_id, kind, doctype, target_id, file_id) DO NOTHING""",
        home=work.home, kind=kind, doctype=doctype, target=target_id, file=file_id,
    )  # fmt: skip


def remove(work: Work, kind: Kind, file_id: str, doctype: str, target_id: str) -> None:
    """Take a link away."""
    work.db.run(
        """DELETE FROM file_links WHERE home_id = :home AND kind = :kind AND doctype = :doctype
              AND target_id = :target AND file_id = :file""",
        home=work.home, kind=kind, doctype=doctype, target=target_id, file=file_id,
    )  # fmt: skip


def forget(work: Work, file_id: str) -> None:
    """Take every link of a file away."""
    work.db.run("DELETE FROM file_links WHERE home_id = :home AND file_id = :file", home=work.home, file=file_id)


def linked(
    work: Work, kind: Kind, doctype: str, target_id: str, *, after: str = "", skip: int = 0, limit: int = 100
) -> Sequence[str]:
    """Ids of the files linked to a document, in the order of their ids."""
    rows = work.db.all(
        """SELECT file_id FROM file_links WHERE home_id = :home AND kind = :kind AND doctype = :doctype
              AND target_id = :target AND file_id > :after ORDER BY file_id LIMIT :limit OFFSET :skip""",
        home=work.home, kind=kind, doctype=doctype, target=target_id, after=after, skip=skip, limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def count(work: Work, kind: Kind, doctype: str, target_id: str) -> int:
    """How many files are linked to a document."""
    row = work.db.one(
        """SELECT COUNT(*) FROM file_links WHERE home_id = :home AND kind = :kind AND doctype = :doctype
              AND target_id = :target""",
        home=work.home, kind=kind, doctype=doctype, target=target_id,
    )  # fmt: skip
    return int(row[0]) if row else 0
