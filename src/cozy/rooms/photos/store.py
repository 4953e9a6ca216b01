"""The SQL of photos: files that are pictures or films, in the order of time; those of albums; those that have a place."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.files.model import File

from .model import ALBUMS

# `moment`: when a picture or film that is not in the bin was taken, in every other row NULL (0030_photos_moment.sql).
_PHOTO = "moment IS NOT NULL"
# The same, but nothing to search by: where ids are known, or there are few, that index is the wrong one.
_IS_PHOTO = "doctype = 'io.cozy.files' AND (moment || '') IS NOT NULL"
# Word for word as in the partial indexes of films and of what has a place, so that both engines see that these serve.
_KEPT = "CAST(body->>'trashed' AS TEXT) IN ('0', 'false')"
_FILM = f"doctype = 'io.cozy.files' AND NOT deleted AND (body->>'class') = 'video' AND {_KEPT}"
_FILMED = "COALESCE(body->'metadata'->>'datetime', body->>'created_at', '')"
_PLACED = f"""doctype = 'io.cozy.files' AND NOT deleted AND (body->>'class') IN ('image', 'video') AND {_KEPT}
               AND (body->'metadata'->'gps'->>'lat') IS NOT NULL"""
_TAKEN_THERE = "COALESCE(body->'metadata'->>'datetime', body->>'created_at')"
_LAT = "(body->'metadata'->'gps'->>'lat')"
_LONG = "(body->'metadata'->'gps'->>'long')"
_FAVOURITE = """(body->'cozyMetadata'->>'favorite') IS NOT NULL
            AND CAST(body->'cozyMetadata'->>'favorite' AS TEXT) IN ('1', 'true')"""
_ALBUMS_LIMIT = 5_000
_IDS_LIMIT = 200_000
_AT_ONCE = 500  # ids in one statement

Span = tuple[str, str, str]  # its name, from when, until when (no longer): moments as documents write them


def _file(row: Row) -> File:
    found = documents.document(row)
    return File(found.id, found.rev, found.body, found.revisions)


def edges(work: Work) -> tuple[str, str] | None:
    """When the first and the last photo were taken; None where there is none."""
    first, last = (
        work.db.one(
            f"SELECT moment FROM documents WHERE home_id = :home AND {_PHOTO} ORDER BY moment {way} LIMIT 1",
            home=work.home,
        )
        for way in ("ASC", "DESC")
    )
    return (str(first[0]), str(last[0])) if first and last else None


def counts(work: Work, spans: Sequence[Span]) -> dict[str, int]:
    """How many photos were taken in each span, by its name; spans without any are left out."""
    if not spans:
        return {}
    rows = ", ".join(f"(:name_{n}, :low_{n}, :high_{n})" for n in range(len(spans)))
    said = {
        f"{what}_{n}": span[at]
        for n, span in enumerate(spans)
        for at, what in enumerate(("name", "low", "high"))
    }
    # A query for each span, not a join: it is answered from the index alone.
    found = work.db.all(
        f"""WITH spans(name, low, high) AS (VALUES {rows})
            SELECT name, (SELECT COUNT(*) FROM documents
                           WHERE home_id = :home AND {_PHOTO} AND moment >= low AND moment < high) FROM spans""",
        home=work.home, **said,
    )  # fmt: skip
    return {str(name): int(count) for name, count in found if count}


def between(work: Work, low: str, high: str, *, skip: int, limit: int) -> list[File]:
    """Those taken in a span, newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND {_PHOTO} AND moment >= :low AND moment < :high
             ORDER BY moment DESC, id DESC LIMIT :limit OFFSET :skip""",
        home=work.home, low=low, high=high, skip=skip, limit=limit,
    )  # fmt: skip
    return [_file(row) for row in rows]


def beside(work: Work, taken: str, id_: str, *, newer: bool) -> File | None:
    """The photo just before or after one, in time."""
    beyond, way = (">", "ASC") if newer else ("<", "DESC")
    row = work.db.one(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND {_PHOTO} AND (moment, id) {beyond} (:taken, :id)
             ORDER BY moment {way}, id {way} LIMIT 1""",
        home=work.home, taken=taken, id=id_,
    )  # fmt: skip
    return _file(row) if row else None


def by_ids(work: Work, ids: Sequence[str]) -> dict[str, File]:
    """Those of these that are photos and not in the bin."""
    found: dict[str, File] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = work.db.all(
            f"SELECT {documents.COLUMNS} FROM documents WHERE home_id = :home AND {_IS_PHOTO} AND id IN :ids",
            home=work.home, ids=list(ids[start : start + _AT_ONCE]),
        )  # fmt: skip
        found |= {file.id: file for file in map(_file, rows)}
    return found


def films(work: Work) -> list[str]:
    """Ids of films, newest first."""
    rows = work.db.all(
        f"""SELECT id FROM documents WHERE home_id = :home AND {_FILM}
             ORDER BY {_FILMED} DESC, id DESC LIMIT :limit""",
        home=work.home, limit=_IDS_LIMIT,
    )  # fmt: skip
    return [str(row[0]) for row in rows]


def favourites(work: Work) -> list[str]:
    """Ids of the photos that the owner marked, newest first."""
    rows = work.db.all(
        f"""WITH marked(id, moment) AS MATERIALIZED
              (SELECT id, moment FROM documents
                WHERE home_id = :home AND {_IS_PHOTO} AND NOT deleted AND {_FAVOURITE} ORDER BY sort_key LIMIT :limit)
            SELECT id FROM marked ORDER BY moment DESC, id DESC""",
        home=work.home, limit=_IDS_LIMIT,
    )  # fmt: skip
    return [str(row[0]) for row in rows]


def ids_between(work: Work, low: str, high: str) -> list[str]:
    """Ids of those taken in a span, newest first."""
    rows = work.db.all(
        f"""SELECT id FROM documents WHERE home_id = :home AND {_PHOTO} AND moment >= :low AND moment < :high
             ORDER BY moment DESC, id DESC LIMIT :limit""",
        home=work.home, low=low, high=high, limit=_IDS_LIMIT,
    )  # fmt: skip
    return [str(row[0]) for row in rows]


def points(work: Work) -> list[tuple[float, float, str]]:
    """Latitude, longitude and id of every photo that has a place, newest first."""
    rows = work.db.all(
        f"""SELECT {_LAT}, {_LONG}, id FROM documents
             WHERE home_id = :home AND {_PLACED}
             ORDER BY {_TAKEN_THERE} DESC, id DESC LIMIT :limit""",
        home=work.home, limit=_IDS_LIMIT,
    )  # fmt: skip
    return [
        (float(lat), float(long), str(id_)) for lat, long, id_ in rows if _is_number(lat) and _is_number(long)
    ]


def _is_number(value: object) -> bool:
    try:
        return isfinite(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def ordered(work: Work, ids: Sequence[str]) -> list[str]:
    """The same ids in the order of time, newest first; those that are no photos are left out."""
    found: list[tuple[str, str]] = []
    for start in range(0, len(ids), _AT_ONCE):
        rows = work.db.all(
            f"SELECT moment, id FROM documents WHERE home_id = :home AND {_IS_PHOTO} AND id IN :ids",
            home=work.home, ids=list(ids[start : start + _AT_ONCE]),
        )  # fmt: skip
        found += [(str(taken), str(id_)) for taken, id_ in rows]
    return [id_ for _, id_ in sorted(found, reverse=True)]


def albums(work: Work) -> list[Document]:
    """Every album, newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted
             ORDER BY COALESCE(body->>'created_at', '') DESC, id LIMIT :limit""",
        home=work.home, doctype=ALBUMS, limit=_ALBUMS_LIMIT,
    )  # fmt: skip
    return [documents.document(row) for row in rows]
