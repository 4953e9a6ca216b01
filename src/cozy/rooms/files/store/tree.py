"""The tree of files: queries over the documents of doctype io.cozy.files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cozy.kernel.db import Row, Taken
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Leaf

from ..errors import NameTaken
from ..model import FILES, ROOT, TRASH, Entry, File, ids_of, order_key
from . import sums

LIVING = f"SELECT {documents.COLUMNS} FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted"
_PATH_END = "0"  # the character after "/": what is below /a is >= "/a/" and < "/a0"


def file_of(document: Document) -> File:
    """A File out of a document."""
    return File(document.id, document.rev, document.body, document.revisions)


def file_row(row: Row) -> File:
    """A File out of a row of LIVING."""
    return file_of(documents.document(row))


def by_id(work: Work, id_: str) -> File | None:
    """The file or folder of this id."""
    row = work.db.one(f"{LIVING} AND id = :id", home=work.home, id=id_)
    return file_row(row) if row else None


def numbered(work: Work, number: int) -> File | None:
    """The file that clients of Nextcloud know by this number."""
    start, end = ids_of(number)
    row = work.db.one(
        f"{LIVING} AND id >= :start AND id < :end LIMIT 1", home=work.home, start=start, end=end
    )
    return file_row(row) if row else None


def by_ids(work: Work, ids: Sequence[str]) -> dict[str, File]:
    """Those of these ids that exist."""
    rows = work.db.all(f"{LIVING} AND id IN :ids", home=work.home, ids=list(ids))
    return {file.id: file for file in map(file_row, rows)}


def child_named(work: Work, dir_id: str, name: str) -> File | None:
    """The file or folder of that name in a folder."""
    row = work.db.one(
        f"{LIVING} AND body->>'dir_id' = :dir_id AND body->>'name' = :name",
        home=work.home,
        dir_id=dir_id,
        name=name,
    )
    return file_row(row) if row else None


def children_named(work: Work, dir_id: str, names: Sequence[str]) -> list[File]:
    """Those of these names that a folder holds."""
    rows = work.db.all(
        f"{LIVING} AND body->>'dir_id' = :dir_id AND body->>'name' IN :names",
        home=work.home, dir_id=dir_id, names=list(names),
    )  # fmt: skip
    return [file_row(row) for row in rows]


def children_beginning(work: Work, dir_id: str, beginning: str, limit: int) -> list[File]:
    """What a folder holds under this name, and under it with an ending."""
    rows = work.db.all(
        f"""{LIVING} AND body->>'dir_id' = :dir_id AND body->>'name' >= :low AND body->>'name' < :high
            ORDER BY body->>'name' LIMIT :limit""",
        home=work.home, dir_id=dir_id, low=beginning, high=f"{beginning}/", limit=limit,
    )  # fmt: skip
    return [file_row(row) for row in rows]


def folder_at(work: Work, path: str) -> File | None:
    """The folder at a path."""
    row = work.db.one(
        f"{LIVING} AND body->>'type' = 'directory' AND body->>'path' = :path", home=work.home, path=path
    )
    return file_row(row) if row else None


def id_at(work: Work, path: str) -> str:
    """The id of the folder at a path; "" where there is none."""
    row = work.db.one(
        """SELECT id FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted
              AND body->>'type' = 'directory' AND body->>'path' = :path""",
        home=work.home, path=path,
    )  # fmt: skip
    return str(row[0]) if row else ""


def children(
    work: Work, dir_id: str, *, after: tuple[str, str] = ("", ""), skip: int = 0, limit: int
) -> list[File]:
    """A page of a folder, folders first, by name; after: the order key and id of the last one seen."""
    rows = work.db.all(
        f"""{LIVING} AND body->>'dir_id' = :dir_id AND id <> :trash
             AND sort_key >= :key AND (sort_key > :key OR id > :id)
            ORDER BY sort_key, id LIMIT :limit OFFSET :skip""",
        home=work.home, dir_id=dir_id, trash=TRASH, key=after[0], id=after[1], limit=limit, skip=skip,
    )  # fmt: skip
    return [file_row(row) for row in rows]


def entries(
    work: Work, dir_id: str, *, after: tuple[str, str] = ("", ""), skip: int = 0, limit: int
) -> list[Entry]:
    """The same as lines of a list: their documents are not read, which is most of the work."""
    rows = work.db.all(
        """SELECT id, rev, sort_key, body FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted
              AND body->>'dir_id' = :dir_id AND id <> :trash
              AND sort_key >= :key AND (sort_key > :key OR id > :id)
            ORDER BY sort_key, id LIMIT :limit OFFSET :skip""",
        home=work.home, dir_id=dir_id, trash=TRASH, key=after[0], id=after[1], limit=limit, skip=skip,
    )  # fmt: skip
    return [Entry(id_, rev, sort_key, body) for id_, rev, sort_key, body in rows]


def count_children(work: Work, dir_id: str) -> int:
    """How many items a folder holds. The bin is none of the root's: asking for its id would leave the index."""
    row = work.db.one(
        """SELECT COUNT(*) FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted
              AND body->>'dir_id' = :dir_id""",
        home=work.home, dir_id=dir_id,
    )  # fmt: skip
    return int(row[0]) - (dir_id == ROOT) if row else 0


def paths(work: Work, dir_ids: Collection[str]) -> dict[str, str]:
    """The paths of folders, by id."""
    ids, found = sorted(dir_ids), {}
    for start in range(0, len(ids), 500):
        rows = work.db.all(
            """SELECT id, body->>'path' FROM documents
                WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted AND id IN :ids""",
            home=work.home, ids=ids[start : start + 500],
        )  # fmt: skip
        found.update(rows)
    return found


def folders_below(work: Work, path: str) -> list[File]:
    """Every folder inside the folder at a path, at any depth, parents before children."""
    rows = work.db.all(
        f"""{LIVING} AND body->>'type' = 'directory' AND body->>'path' > :low AND body->>'path' < :high
            ORDER BY body->>'path'""",
        home=work.home, low=path.rstrip("/") + "/", high=path.rstrip("/") + _PATH_END,
    )  # fmt: skip
    return [file_row(row) for row in rows]


def files_in(work: Work, dir_ids: Sequence[str]) -> Iterator[File]:
    """Every file directly in these folders."""
    for start in range(0, len(dir_ids), 500):
        rows = work.db.all(
            f"{LIVING} AND body->>'type' = 'file' AND body->>'dir_id' IN :ids ORDER BY sort_key",
            home=work.home, ids=list(dir_ids[start : start + 500]),
        )  # fmt: skip
        yield from map(file_row, rows)


def insert(work: Work, body: Mapping[str, Any], id_: str | None = None) -> File:
    """A new file or folder. Raises NameTaken."""
    try:
        new = documents.create(work, FILES, body, id_=id_, sort_key=order_key(body))
    except Taken as taken:
        raise _name_taken(body) from taken
    sums.came(work, new)
    return file_of(new)


def replace(work: Work, file: File, body: Mapping[str, Any]) -> File:
    """The next revision of a file or folder. Raises NameTaken, UpdateConflict."""
    current = Document(FILES, file.id, file.rev, file.body, revisions=file.revisions)
    try:
        after = documents.update(work, current, body, sort_key=order_key(body))
    except Taken as taken:
        raise _name_taken(body) from taken
    sums.changed(work, file.id, file.body, after)
    return file_of(after)


def impose(work: Work, file: File | None, id_: str, leaf: Leaf) -> File:
    """A file or folder at a revision that was made elsewhere. file: what it is until now. Raises NameTaken."""
    try:
        after = documents.impose(work, FILES, id_, leaf, sort_key=order_key(leaf.body))
    except Taken as taken:
        raise _name_taken(leaf.body) from taken
    if file is None:
        sums.came(work, after)
    else:
        sums.changed(work, file.id, file.body, after)
    return file_of(after)


def remove(work: Work, file: File) -> None:
    """Leave a tombstone. Raises UpdateConflict."""
    current = Document(FILES, file.id, file.rev, file.body, revisions=file.revisions)
    sums.went(work, file.body, documents.delete(work, current))


def _name_taken(body: Mapping[str, Any]) -> NameTaken:
    return NameTaken(name=body["name"], dir_id=body["dir_id"])
