"""What pages ask of the files: other orders, recent ones, favourites, counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cozy.kernel.work import Work

from ..model import TRASH, TRASH_PATH, File
from .tree import LIVING, by_ids, file_row

Order = Literal["name", "updated_at", "size"]

_KEYS: dict[Order, str] = {
    "name": "sort_key",
    "updated_at": "body->>'updated_at'",
    "size": "CAST(COALESCE(body->>'size', '0') AS BIGINT)",
}
_KEPT = "CAST(body->>'trashed' AS TEXT) IN ('0', 'false')"
_FAVOURITE = """(body->'cozyMetadata'->>'favorite') IS NOT NULL
            AND CAST(body->'cozyMetadata'->>'favorite' AS TEXT) IN ('1', 'true')"""
_OUT_OF_BIN = f"""((body->>'type' = 'file' AND {_KEPT})
              OR (body->>'type' = 'directory' AND body->>'path' <> :bin AND body->>'path' NOT LIKE :in_bin))"""
_IN_BIN = f"{TRASH_PATH}/%"


def children(work: Work, dir_id: str, order: Order, *, falling: bool, skip: int, limit: int) -> list[File]:
    """A page of a folder in an order, folders first. Ids are sorted before bodies are read: bodies are long."""
    way = "DESC" if falling else "ASC"
    rows = work.db.all(
        f"""SELECT id FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted
               AND body->>'dir_id' = :dir_id AND id <> :trash
             ORDER BY SUBSTR(sort_key, 1, 1), {_KEYS[order]} {way}, sort_key {way}, id {way}
             LIMIT :limit OFFSET :skip""",
        home=work.home, dir_id=dir_id, trash=TRASH, limit=limit, skip=skip,
    )  # fmt: skip
    ids = [row[0] for row in rows]
    known = by_ids(work, ids)
    return [known[id_] for id_ in ids]


def folders(work: Work, dir_id: str, limit: int) -> list[File]:
    """The folders directly in a folder, by name."""
    rows = work.db.all(
        f"""{LIVING} AND body->>'dir_id' = :dir_id AND id <> :trash AND sort_key < '1'
            ORDER BY sort_key, id LIMIT :limit""",
        home=work.home, dir_id=dir_id, trash=TRASH, limit=limit,
    )  # fmt: skip
    return [file_row(row) for row in rows]


def next_file(work: Work, file: File, order: Order, *, falling: bool) -> File | None:
    """The file that comes after one in its folder, in an order."""
    beyond, way = ("<", "DESC") if falling else (">", "ASC")
    key = _KEYS[order]
    row = work.db.one(
        f"""{LIVING} AND body->>'dir_id' = :dir_id AND body->>'type' = 'file'
             AND ({key}, sort_key, id) {beyond}
                 (SELECT {key}, sort_key, id FROM documents
                   WHERE home_id = :home AND doctype = 'io.cozy.files' AND id = :id)
            ORDER BY {key} {way}, sort_key {way}, id {way} LIMIT 1""",
        home=work.home, dir_id=file.dir_id, id=file.id,
    )  # fmt: skip
    return file_row(row) if row else None


def counts(work: Work, dir_ids: Sequence[str]) -> dict[str, int]:
    """How many items each of these folders holds; folders without any are left out."""
    rows = work.db.all(
        """SELECT body->>'dir_id', COUNT(*) FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted AND body->>'dir_id' IN :ids
            GROUP BY body->>'dir_id'""",
        home=work.home, ids=list(dir_ids),
    )  # fmt: skip
    return {row[0]: int(row[1]) for row in rows}


def recent(work: Work, limit: int) -> list[File]:
    """The files that changed last, the bin left out."""
    rows = work.db.all(
        f"{LIVING} AND body->>'type' = 'file' AND {_KEPT} ORDER BY body->>'updated_at' DESC LIMIT :limit",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [file_row(row) for row in rows]


def favourites(work: Work, limit: int) -> list[File]:
    """What the owner marked, folders first, by name, the bin left out."""
    rows = work.db.all(
        f"{LIVING} AND {_FAVOURITE} AND {_OUT_OF_BIN} ORDER BY sort_key, id LIMIT :limit",
        home=work.home, bin=TRASH_PATH, in_bin=_IN_BIN, limit=limit,
    )  # fmt: skip
    return [file_row(row) for row in rows]


def thrown_away_at(work: Work, moment: str) -> list[str]:
    """Ids of what lies in the bin since exactly this moment."""
    rows = work.db.all(
        """SELECT id FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted
              AND body->>'dir_id' = :trash AND body->'cozyMetadata'->>'trashedAt' = :at""",
        home=work.home, trash=TRASH, at=moment,
    )  # fmt: skip
    return [row[0] for row in rows]


def sizes_by_class(work: Work) -> dict[tuple[str, bool], int]:
    """Bytes of all files by class, and whether they lie in the bin."""
    rows = work.db.all(
        f"""SELECT body->>'class', CASE WHEN {_KEPT} THEN 0 ELSE 1 END, SUM(CAST(body->>'size' AS BIGINT))
              FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted AND body->>'type' = 'file'
             GROUP BY 1, 2""",
        home=work.home,
    )  # fmt: skip
    return {(row[0], bool(row[1])): int(row[2]) for row in rows}


def size_of_versions(work: Work) -> int:
    """Bytes of all old versions."""
    row = work.db.one(
        """SELECT SUM(CAST(body->>'size' AS BIGINT)) FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.files.versions' AND NOT deleted""",
        home=work.home,
    )  # fmt: skip
    return int(row[0] or 0) if row else 0
