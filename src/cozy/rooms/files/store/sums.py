"""What is below each folder, kept: how many bytes, and a mark that is another one after every change.

Each change of a file or folder is counted on the folders around it, one statement for all of them. The bin is counted by
itself and not with the root.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document

from ..model import RESERVED, TRASH, Below

_AT_ONCE = 250  # ids of one statement: SQLite looks every one up among all the others


def of(work: Work, ids: Sequence[str]) -> dict[str, Below]:
    """What is below these folders, by id; those in which nothing ever was are left out."""
    found: dict[str, Below] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = work.db.all(
            "SELECT folder_id, mark, size FROM folder_sums WHERE home_id = :home AND folder_id IN :ids",
            home=work.home, ids=list(ids[start : start + _AT_ONCE]),
        )  # fmt: skip
        found.update((id_, Below(mark, size)) for id_, mark, size in rows)
    return found


def came(work: Work, new: Document) -> None:
    """Count something new on the folders around it."""
    _count(work, _dir_of(new.body), _weight(work, new.id, new.body), new)


def changed(work: Work, id_: str, before: Mapping[str, Any], after: Document) -> None:
    """Count a next revision, which may be elsewhere. before: the body that it had."""
    grown = _size(after.body) - _size(before)
    if _dir_of(before) == _dir_of(after.body):
        _count(work, _dir_of(before), grown, after)
        return
    weight = _weight(work, id_, before)
    _count(work, _dir_of(before), -weight, after)
    _count(work, _dir_of(after.body), weight + grown, after)


def went(work: Work, before: Mapping[str, Any], tombstone: Document) -> None:
    """Count what is no longer there. before: the body that it had."""
    _count(work, _dir_of(before), -_weight(work, tombstone.id, before), tombstone)
    if before["type"] == "directory":
        work.db.run(
            "DELETE FROM folder_sums WHERE home_id = :home AND folder_id = :id",
            home=work.home, id=tombstone.id,
        )  # fmt: skip


def forget(work: Work, folder_id: str) -> None:
    """Count nothing any more for a folder that is not there."""
    work.db.run(
        "DELETE FROM folder_sums WHERE home_id = :home AND folder_id = :id", home=work.home, id=folder_id
    )


def _dir_of(body: Mapping[str, Any]) -> str:
    return str(body.get("dir_id", ""))


def _size(body: Mapping[str, Any]) -> int:
    return int(body.get("size", 0))


def _weight(work: Work, id_: str, body: Mapping[str, Any]) -> int:
    return of(work, [id_]).get(id_, Below()).size if body["type"] == "directory" else _size(body)


def mark_of(cause: Document) -> str:
    """Names a change: its seq and a part of its revision, so that two histories of a home, as after a backup was put back,
    do not share it.
    """
    return f"{cause.seq:x}-{cause.rev.partition('-')[2][:12]}"


def _count(work: Work, dir_id: str, size: int, cause: Document) -> None:
    """Count a change on a folder and all around it."""
    if dir_id in RESERVED:  # nothing is around it; to look for that would be most of the work
        work.db.run(
            """INSERT INTO folder_sums (home_id, folder_id, mark, size) VALUES (:home, :id, :mark, :size)
               ON CONFLICT (home_id, folder_id) DO UPDATE SET mark = excluded.mark, size = folder_sums.size + excluded.size""",
            home=work.home, id=dir_id, mark=mark_of(cause), size=size,
        )  # fmt: skip
        return
    work.db.run(
        """INSERT INTO folder_sums (home_id, folder_id, mark, size)
           WITH RECURSIVE around(id) AS (
             SELECT CAST(:dir_id AS TEXT)
              UNION
             SELECT d.body->>'dir_id' FROM around
               JOIN documents d ON d.home_id = :home AND d.doctype = 'io.cozy.files' AND d.id = around.id
              WHERE around.id <> :trash)
           SELECT :home, id, :mark, :size FROM around WHERE id <> ''
           ON CONFLICT (home_id, folder_id) DO UPDATE SET mark = excluded.mark, size = folder_sums.size + excluded.size""",
        home=work.home, dir_id=dir_id, trash=TRASH, mark=mark_of(cause), size=size,
    )  # fmt: skip
