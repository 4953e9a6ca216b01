"""The SQL of imports: what was taken in, what was left out, and the imports themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .model import IMPORTS

_PAGE = 1_000
_AT_ONCE = 500  # keys in one statement


class Taken(Struct, frozen=True):
    """What became of an item. digest: of what it held; rev: of the document when it came."""

    key: str
    digest: str
    doctype: str
    id: str
    rev: str


def taken(work: Work, keys: Sequence[str]) -> dict[str, Taken]:
    """What was taken in before, of these keys."""
    found: dict[str, Taken] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        names = {f"k{n}": key for n, key in enumerate(some)}
        rows = work.db.all(
            f"""SELECT key, digest, doctype, id, rev FROM import_items
                 WHERE home_id = :home AND key IN ({", ".join(f":{name}" for name in names)})""",
            home=work.home, **names,
        )  # fmt: skip
        found |= {str(row[0]): Taken(*map(str, row)) for row in rows}
    return found


def remember(work: Work, item: Taken) -> None:
    """Note what became of an item."""
    work.db.run(
        """INSERT INTO import_items (home_id, key, digest, doctype, id, rev)
           VALUES (:home, :key, :digest, :doctype, :id, :rev)
           ON CONFLICT (home_id, key) DO UPDATE SET digest = :digest, doctype = :doctype, id = :id, rev = :rev""",
        home=work.home, key=item.key, digest=item.digest, doctype=item.doctype, id=item.id, rev=item.rev,
    )  # fmt: skip


def picture_holding(work: Work, sha256: str) -> str:
    """The id of a picture or film with this content that is not in the bin; "" where there is none."""
    row = work.db.one(
        """SELECT id FROM documents
            WHERE home_id = :home AND NOT deleted AND body->>'sha256' = :sha256 AND doctype = 'io.cozy.files'
              AND body->>'class' IN ('image', 'video') AND CAST(body->>'trashed' AS TEXT) IN ('0', 'false')
            ORDER BY id LIMIT 1""",
        home=work.home, sha256=sha256,
    )  # fmt: skip
    return str(row[0]) if row else ""


def holding(work: Work, folder: str, sha256: str) -> list[tuple[str, str]]:
    """The ids and names of the files with this content in a folder."""
    rows = work.db.all(
        """SELECT id, body->>'name' FROM documents
            WHERE home_id = :home AND NOT deleted AND body->>'sha256' = :sha256 AND doctype = 'io.cozy.files'
              AND body->>'dir_id' = :folder LIMIT 1000""",
        home=work.home, sha256=sha256, folder=folder,
    )  # fmt: skip
    return [(str(id_), str(name)) for id_, name in rows]


def all_of(work: Work, doctype: str) -> Iterator[Document]:
    """Every document of a doctype."""
    rows = work.db.each(
        f"SELECT {documents.COLUMNS} FROM documents WHERE home_id = :home AND doctype = :doctype AND NOT deleted ORDER BY id",
        home=work.home, doctype=doctype,
    )  # fmt: skip
    return (documents.document(row) for row in rows)


def named(work: Work, doctype: str, name: str) -> str:
    """The id of the oldest document of this name; "" where there is none."""
    row = work.db.one(
        """SELECT id FROM documents
            WHERE home_id = :home AND doctype = :doctype AND NOT deleted AND body->>'name' = :name ORDER BY id LIMIT 1""",
        home=work.home, doctype=doctype, name=name,
    )  # fmt: skip
    return str(row[0]) if row else ""


def leave(work: Work, import_id: str, place: int, name: str, why: str) -> None:
    """Note what was left out."""
    work.db.run(
        """INSERT INTO import_left (home_id, import_id, place, name, why) VALUES (:home, :import_id, :place, :name, :why)
           ON CONFLICT (home_id, import_id, place) DO UPDATE SET name = :name, why = :why""",
        home=work.home, import_id=import_id, place=place, name=name, why=why,
    )  # fmt: skip


def left(work: Work, import_id: str) -> Iterator[tuple[str, str]]:
    """All that was left out, in order: names and reasons."""
    after = -1
    while rows := work.db.all(
        """SELECT place, name, why FROM import_left
            WHERE home_id = :home AND import_id = :import_id AND place > :after ORDER BY place LIMIT :limit""",
        home=work.home, import_id=import_id, after=after, limit=_PAGE,
    ):  # fmt: skip
        for place, name, why in rows:
            after = int(place)
            yield str(name), str(why)


def forget_left(work: Work, import_id: str) -> None:
    """Begin a list anew."""
    work.db.run(
        "DELETE FROM import_left WHERE home_id = :home AND import_id = :import_id",
        home=work.home, import_id=import_id,
    )  # fmt: skip


def imports(work: Work, limit: int = 200) -> list[Document]:
    """The imports, the newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted ORDER BY id DESC LIMIT :limit""",
        home=work.home, doctype=IMPORTS, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def counts(work: Work, doctypes: Sequence[str]) -> dict[str, int]:
    """How many documents there are of each of these, where there are some."""
    names = {f"d{n}": doctype for n, doctype in enumerate(doctypes)}
    rows = work.db.all(
        f"""SELECT doctype, COUNT(*) FROM documents
             WHERE home_id = :home AND NOT deleted AND doctype IN ({", ".join(f":{name}" for name in names)})
             GROUP BY doctype""",
        home=work.home, **names,
    )  # fmt: skip
    return {str(doctype): int(number) for doctype, number in rows}


def archived(
    work: Work, doctype: str, when: str, words: Sequence[str], skip: int, limit: int
) -> list[Document]:
    """The documents whose text holds all these words, the newest first. when: the member that says so."""
    asked = {f"w{n}": f"%{_escaped(word.lower())}%" for n, word in enumerate(words)}
    held = "".join(f" AND LOWER(CAST(body AS TEXT)) LIKE :{name} ESCAPE '!'" for name in asked)
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted{held}
             ORDER BY COALESCE(body->>CAST(:when AS TEXT), '') DESC, id LIMIT :limit OFFSET :skip""",
        home=work.home, doctype=doctype, when=when, limit=limit, skip=skip, **asked,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
