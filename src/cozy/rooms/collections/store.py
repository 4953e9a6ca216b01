"""The SQL of collections: items by name, by document and by change; the large values of their texts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .model import DELETED, Entry, Item

_ENTRY = "name, doctype, id, uid, component, rev, size, seq, changed_at, collection"
_HERE = "kind = :kind AND collection = :collection"
_AT_ONCE = 500  # names of one statement


def _item(row: Row) -> Item:
    return Item(Entry(*row[:-1]), row[-1])


def named(work: Work, kind: str, collection: str, name: str) -> Entry | None:
    """What has this name."""
    row = work.db.one(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND {_HERE} AND name = :name",
        home=work.home, kind=kind, collection=collection, name=name,
    )  # fmt: skip
    return Entry(*row) if row else None


def of_document(work: Work, doctype: str, id_: str) -> Entry | None:
    """What a document is."""
    row = work.db.one(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND doctype = :doctype AND id = :id",
        home=work.home, doctype=doctype, id=id_,
    )  # fmt: skip
    return Entry(*row) if row else None


def with_uid(work: Work, kind: str, collection: str, uid: str) -> Entry | None:
    """What has this UID in a collection."""
    row = work.db.one(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND {_HERE} AND uid = :uid ORDER BY name LIMIT 1",
        home=work.home, kind=kind, collection=collection, uid=uid,
    )  # fmt: skip
    return Entry(*row) if row else None


def anywhere(work: Work, kind: str, uid: str) -> list[Entry]:
    """What has this UID in any collection of a kind."""
    rows = work.db.all(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND kind = :kind AND uid = :uid ORDER BY collection, name",
        home=work.home, kind=kind, uid=uid,
    )  # fmt: skip
    return [Entry(*row) for row in rows]


def entries(work: Work, kind: str, collection: str, after: str, limit: int) -> list[Entry]:
    """A page of what is in a collection, by name."""
    rows = work.db.all(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND {_HERE} AND name > :after ORDER BY name LIMIT :limit",
        home=work.home, kind=kind, collection=collection, after=after, limit=limit,
    )  # fmt: skip
    return [Entry(*row) for row in rows]


def page(work: Work, kind: str, collection: str, after: str, limit: int) -> list[Item]:
    """The same, with texts."""
    rows = work.db.all(
        f"SELECT {_ENTRY}, text FROM items WHERE home_id = :home AND {_HERE} AND name > :after ORDER BY name LIMIT :limit",
        home=work.home, kind=kind, collection=collection, after=after, limit=limit,
    )  # fmt: skip
    return [_item(row) for row in rows]


def many(work: Work, kind: str, collection: str, names: Sequence[str]) -> list[Item]:
    """Those of these names that are there, with texts."""
    found: list[Item] = []
    for start in range(0, len(names), _AT_ONCE):
        rows = work.db.all(
            f"SELECT {_ENTRY}, text FROM items WHERE home_id = :home AND {_HERE} AND name IN :names",
            home=work.home, kind=kind, collection=collection, names=list(names[start : start + _AT_ONCE]),
        )  # fmt: skip
        found.extend(map(_item, rows))
    return found


def of_ids(work: Work, doctype: str, ids: Sequence[str]) -> list[Item]:
    """The items that these documents are, with texts."""
    found: list[Item] = []
    for start in range(0, len(ids), _AT_ONCE):
        rows = work.db.all(
            f"SELECT {_ENTRY}, text FROM items WHERE home_id = :home AND doctype = :doctype AND id IN :ids",
            home=work.home, doctype=doctype, ids=list(ids[start : start + _AT_ONCE]),
        )  # fmt: skip
        found.extend(map(_item, rows))
    return found


def changed(work: Work, kind: str, collection: str, since: int, limit: int) -> list[Entry]:
    """What was written after a seq, oldest first."""
    rows = work.db.all(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND {_HERE} AND seq > :since ORDER BY seq LIMIT :limit",
        home=work.home, kind=kind, collection=collection, since=since, limit=limit,
    )  # fmt: skip
    return [Entry(*row) for row in rows]


def gone(work: Work, kind: str, collection: str, since: int, limit: int) -> list[tuple[int, str]]:
    """The names that became free after a seq, with theirs, oldest first."""
    rows = work.db.all(
        f"SELECT seq, name FROM items_gone WHERE home_id = :home AND {_HERE} AND seq > :since ORDER BY seq, name LIMIT :limit",
        home=work.home, kind=kind, collection=collection, since=since, limit=limit,
    )  # fmt: skip
    return [(seq, name) for seq, name in rows]


def at_once(work: Work, kind: str, collection: str, seq: int) -> tuple[list[Entry], list[str]]:
    """Everything that one change wrote, and the names that it freed."""
    here = {"home": work.home, "kind": kind, "collection": collection, "seq": seq}
    changed = work.db.all(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND {_HERE} AND seq = :seq", **here
    )
    freed = work.db.all(
        f"SELECT name FROM items_gone WHERE home_id = :home AND {_HERE} AND seq = :seq", **here
    )
    return [Entry(*row) for row in changed], [name for (name,) in freed]


def last(work: Work, kind: str, collection: str) -> int:
    """The seq of the last change in a collection, 0 before the first."""
    row = work.db.one(
        f"""SELECT MAX(seq) FROM (
              SELECT MAX(seq) AS seq FROM items WHERE home_id = :home AND {_HERE}
              UNION ALL SELECT MAX(seq) AS seq FROM items_gone WHERE home_id = :home AND {_HERE}) AS both_of_them""",
        home=work.home, kind=kind, collection=collection,
    )  # fmt: skip
    return int(row[0] or 0) if row else 0


def counts(work: Work, kind: str, collection: str) -> dict[str, int]:
    """How many items a collection holds, by component."""
    rows = work.db.all(
        f"SELECT component, COUNT(*) FROM items WHERE home_id = :home AND {_HERE} GROUP BY component",
        home=work.home,
        kind=kind,
        collection=collection,
    )
    return {component: int(number) for component, number in rows}


def write(work: Work, kind: str, entry: Entry, text: str) -> None:
    """Make this the item of its document; the name that it takes is not gone any more."""
    work.db.run(
        """INSERT INTO items (home_id, kind, collection, name, doctype, id, uid, component, rev, seq, size, changed_at, text)
           VALUES (:home, :kind, :collection, :name, :doctype, :id, :uid, :component, :rev, :seq, :size, :changed_at, :text)
           ON CONFLICT (home_id, kind, collection, name) DO UPDATE SET doctype = excluded.doctype, id = excluded.id,
             uid = excluded.uid, component = excluded.component, rev = excluded.rev, seq = excluded.seq,
             size = excluded.size, changed_at = excluded.changed_at, text = excluded.text""",
        home=work.home, kind=kind, collection=entry.collection, name=entry.name, doctype=entry.doctype, id=entry.id,
        uid=entry.uid, component=entry.component, rev=entry.rev, seq=entry.seq, size=entry.size,
        changed_at=entry.changed_at, text=text,
    )  # fmt: skip
    work.db.run(
        f"DELETE FROM items_gone WHERE home_id = :home AND {_HERE} AND name = :name",
        home=work.home, kind=kind, collection=entry.collection, name=entry.name,
    )  # fmt: skip


def drop(work: Work, kind: str, entry: Entry, seq: int) -> None:
    """Free the name of an item, at this seq."""
    here = {"home": work.home, "kind": kind, "collection": entry.collection, "name": entry.name}
    work.db.run(f"DELETE FROM items WHERE home_id = :home AND {_HERE} AND name = :name", **here)
    work.db.run(
        """INSERT INTO items_gone (home_id, kind, collection, name, seq) VALUES (:home, :kind, :collection, :name, :seq)
           ON CONFLICT (home_id, kind, collection, name) DO UPDATE SET seq = excluded.seq""",
        seq=seq, **here,
    )  # fmt: skip


def used(work: Work, kind: str) -> list[str]:
    """The collections that hold something."""
    rows = work.db.all(
        "SELECT DISTINCT collection FROM items WHERE home_id = :home AND kind = :kind",
        home=work.home,
        kind=kind,
    )
    return [collection for (collection,) in rows]


def of_doctype(work: Work, doctype: str) -> list[Entry]:
    """Everything that documents of a doctype are."""
    rows = work.db.all(
        f"SELECT {_ENTRY} FROM items WHERE home_id = :home AND doctype = :doctype",
        home=work.home, doctype=doctype,
    )  # fmt: skip
    return [Entry(*row) for row in rows]


def unnoticed(work: Work, doctype: str, after: str, limit: int) -> list[str]:
    """A page of the living documents of a doctype that are no item, or are one at another revision, by id."""
    rows = work.db.all(
        """SELECT d.id FROM documents d LEFT JOIN items i
               ON i.home_id = d.home_id AND i.doctype = d.doctype AND i.id = d.id AND i.rev = d.rev
            WHERE d.home_id = :home AND d.doctype = :doctype AND d.id > :after AND NOT d.deleted AND i.id IS NULL
            ORDER BY d.id LIMIT :limit""",
        home=work.home, doctype=doctype, after=after, limit=limit,
    )  # fmt: skip
    return [id_ for (id_,) in rows]


def collections(work: Work, doctype: str, limit: int) -> list[Document]:
    """The collections of a kind that somebody wrote."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted ORDER BY id LIMIT :limit""",
        home=work.home, doctype=doctype, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def binned(work: Work, doctypes: Sequence[str], limit: int) -> list[Document]:
    """What is in the bin of these doctypes, newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :bin AND NOT deleted AND body->>'doctype' IN :doctypes
             ORDER BY seq DESC LIMIT :limit""",
        home=work.home, bin=DELETED, doctypes=list(doctypes), limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def binned_along(work: Work, id_: str, limit: int) -> list[Document]:
    """What was deleted with a collection that was this in the bin, in the order in which it was."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :bin AND NOT deleted AND body->>'along' = :along
             ORDER BY seq LIMIT :limit""",
        home=work.home, bin=DELETED, along=id_, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def binned_before(work: Work, moment: str, limit: int) -> list[Document]:
    """What has been in the bin since before a moment."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :bin AND NOT deleted AND body->>'deleted_at' < :moment
             ORDER BY id LIMIT :limit""",
        home=work.home, bin=DELETED, moment=moment, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def keep_value(work: Work, sha256: str, value: str, now: str) -> None:
    """Keep a large value, once."""
    work.db.run(
        """INSERT INTO inline_values (home_id, sha256, value, kept_at) VALUES (:home, :sha256, :value, :now)
           ON CONFLICT (home_id, sha256) DO UPDATE SET kept_at = excluded.kept_at""",
        home=work.home, sha256=sha256, value=value, now=now,
    )  # fmt: skip


def value(work: Work, sha256: str) -> str | None:
    """A large value, base64."""
    row = work.db.one(
        "SELECT value FROM inline_values WHERE home_id = :home AND sha256 = :sha256",
        home=work.home, sha256=sha256,
    )  # fmt: skip
    return str(row[0]) if row else None


def values_before(work: Work, moment: str) -> list[str]:
    """The hashes of the values that were kept before a moment."""
    rows = work.db.all(
        "SELECT sha256 FROM inline_values WHERE home_id = :home AND kept_at < :moment",
        home=work.home, moment=moment,
    )  # fmt: skip
    return [sha256 for (sha256,) in rows]


def forget_values(work: Work, hashes: Sequence[str]) -> None:
    """Remove these values."""
    for start in range(0, len(hashes), _AT_ONCE):
        work.db.run(
            "DELETE FROM inline_values WHERE home_id = :home AND sha256 IN :hashes",
            home=work.home, hashes=list(hashes[start : start + _AT_ONCE]),
        )  # fmt: skip


def texts_with_values(work: Work, marker: str, doctypes: Sequence[str]) -> Iterator[str]:
    """Every text of an item, of a document that is none for now, or of the bin, in which a large value is named."""
    for (text,) in work.db.each(
        "SELECT text FROM items WHERE home_id = :home AND text LIKE :marker",
        home=work.home, marker=f"%{marker}%",
    ):  # fmt: skip
        yield text
    for (text,) in work.db.each(
        """SELECT CAST(body AS TEXT) FROM documents
            WHERE home_id = :home AND doctype IN :doctypes AND NOT deleted AND CAST(body AS TEXT) LIKE :marker""",
        home=work.home, doctypes=doctypes, marker=f"%{marker}%",
    ):  # fmt: skip
        yield text


def epoch(work: Work) -> int:
    """The number that changes when a backup is put back, 0 at first."""
    row = work.db.one("SELECT value FROM counters WHERE home_id = :home AND name = 'epoch'", home=work.home)
    return int(row[0]) if row else 0


def begin_epoch(work: Work) -> None:
    """Begin another epoch: no token that was given counts any more."""
    work.db.run(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, 'epoch', :value)
           ON CONFLICT (home_id, name) DO UPDATE SET value = excluded.value""",
        home=work.home, value=1 + secrets.randbelow(2**48),
    )  # fmt: skip
