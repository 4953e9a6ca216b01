"""The SQL of checks: reads over every room's tables, streamed.

`x || ''` is a text without a column's affinity: only such a one is looked up in SQLite's indexes on expressions. A
CROSS JOIN is made in the order in which it is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.files.model import ROOT, TRASH, TRASH_PATH

_FILE = "doctype = 'io.cozy.files' AND NOT deleted"
_TABLES = (
    "documents",
    "leaves",
    "counters",
    "contents",
    "holds",
    "held_contents",
    "file_links",
    "uploads",
    "jobs",
    "items",
    "items_gone",
    "inline_values",
    "live_folders",
    "live_folder_files",
    "live_folder_taken",
    "credentials",
    "sessions",
)


def foreign(work: Work) -> list[str]:
    """Tables that hold rows of another home."""
    return [
        table for table in _TABLES
        if work.db.one(f"SELECT home_id FROM {table} WHERE home_id <> :home LIMIT 1", home=work.home)
    ]  # fmt: skip


def count(work: Work) -> tuple[int, int]:
    """How many documents and how many contents there are to look at."""
    row = work.db.one(
        """SELECT (SELECT COUNT(*) FROM documents WHERE home_id = :home),
                  (SELECT COUNT(*) FROM contents WHERE home_id = :home)""",
        home=work.home,
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def documents(work: Work) -> Iterator[Row]:
    """doctype, id, rev, body, revisions."""
    return work.db.each(
        "SELECT doctype, id, rev, body, revisions FROM documents WHERE home_id = :home ORDER BY doctype, id",
        home=work.home,
    )


def leaves(work: Work) -> Iterator[Row]:
    """doctype, id, the leaf's rev, deleted, revisions, then the document's."""
    return work.db.each(
        """SELECT l.doctype, l.id, l.rev, l.deleted, l.revisions, d.rev, d.deleted, d.revisions
             FROM leaves l LEFT JOIN documents d
               ON d.home_id = l.home_id AND d.doctype = l.doctype AND d.id = l.id
            WHERE l.home_id = :home ORDER BY l.doctype, l.id, l.rev""",
        home=work.home,
    )


def doctypes(work: Work) -> list[str]:
    """Every doctype of the home."""
    rows = work.db.all(
        "SELECT DISTINCT doctype FROM documents WHERE home_id = :home ORDER BY doctype", home=work.home
    )
    return [row[0] for row in rows]


def seqs(work: Work, doctype: str) -> Iterator[Row]:
    """seq and id of a doctype's documents, in order."""
    return work.db.each(
        "SELECT seq, id FROM documents WHERE home_id = :home AND doctype = :doctype ORDER BY seq",
        home=work.home, doctype=doctype,
    )  # fmt: skip


def counter(work: Work, name: str) -> int:
    """One of the home's counters."""
    row = work.db.one(
        "SELECT value FROM counters WHERE home_id = :home AND name = :name", home=work.home, name=name
    )
    return int(row[0]) if row else 0


def files(work: Work) -> Iterator[Row]:
    """id, body, sort_key, the parent's id, type and path, the content's sha256, size and md5."""
    return work.db.each(
        """SELECT d.id, d.body, d.sort_key, p.id, p.body->>'type', p.body->>'path', c.sha256, c.size, c.md5
             FROM documents d
             LEFT JOIN documents p ON p.home_id = :home AND p.doctype = 'io.cozy.files' AND p.id = d.body->>'dir_id'
              AND NOT p.deleted
             LEFT JOIN contents c ON c.home_id = :home AND c.sha256 = d.body->>'sha256'
            WHERE d.home_id = :home AND d.doctype = 'io.cozy.files' AND NOT d.deleted ORDER BY d.id""",
        home=work.home,
    )


def versions(work: Work) -> Iterator[Row]:
    """id, body, the content's sha256, size and md5."""
    return work.db.each(
        """SELECT d.id, d.body, c.sha256, c.size, c.md5
             FROM documents d LEFT JOIN contents c ON c.home_id = :home AND c.sha256 = d.body->>'sha256'
            WHERE d.home_id = :home AND d.doctype = 'io.cozy.files.versions' AND NOT d.deleted ORDER BY d.id""",
        home=work.home,
    )


def file_body(work: Work, id_: str) -> str | None:
    """The JSON of a file or folder."""
    row = work.db.one(
        f"SELECT body FROM documents WHERE home_id = :home AND {_FILE} AND id = :id", home=work.home, id=id_
    )
    return str(row[0]) if row else None


def unreached(work: Work, root: str) -> list[Row]:
    """id and parent of the folders that no path from the root leads to."""
    return work.db.all(
        f"""WITH RECURSIVE reached (id) AS (
              SELECT id FROM documents WHERE home_id = :home AND {_FILE} AND id = :root
              UNION
              SELECT d.id FROM reached r CROSS JOIN documents d
               WHERE d.body->>'dir_id' = r.id || '' AND d.home_id = :home AND d.doctype = 'io.cozy.files' AND NOT d.deleted
                 AND d.body->>'type' = 'directory')
            SELECT id, body->>'dir_id' FROM documents
             WHERE home_id = :home AND {_FILE} AND body->>'type' = 'directory' AND id NOT IN (SELECT id FROM reached) ORDER BY id""",
        home=work.home, root=root,
    )  # fmt: skip


def shared_names(work: Work) -> Iterator[Row]:
    """The lower id, the other one and the folder of items that have one name."""
    return work.db.each(
        f"""SELECT MIN(id), MAX(id), body->>'dir_id' FROM documents WHERE home_id = :home AND {_FILE}
             GROUP BY body->>'dir_id', body->>'name' HAVING COUNT(*) > 1""",
        home=work.home,
    )


def wrong_sums(work: Work, trash: str) -> Iterator[Row]:
    """id, kept size and real size of the folders whose kept size is wrong. The tree must have no loop."""
    return work.db.each(
        f"""WITH RECURSIVE around (id, size) AS (
              SELECT body->>'dir_id', CAST(body->>'size' AS BIGINT) FROM documents
               WHERE home_id = :home AND {_FILE} AND body->>'type' = 'file'
              UNION ALL
              SELECT d.body->>'dir_id', a.size FROM around a
                JOIN documents d ON d.home_id = :home AND d.doctype = 'io.cozy.files' AND d.id = a.id
               WHERE a.id <> :trash),
            real (id, size) AS (SELECT id, SUM(size) FROM around WHERE id <> '' GROUP BY id)
            SELECT k.folder_id, k.size, COALESCE(r.size, 0) FROM folder_sums k LEFT JOIN real r ON r.id = k.folder_id
             WHERE k.home_id = :home AND k.size <> COALESCE(r.size, 0)
            UNION ALL
            SELECT r.id, 0, r.size FROM real r LEFT JOIN folder_sums k ON k.home_id = :home AND k.folder_id = r.id
             WHERE k.folder_id IS NULL AND r.size <> 0
            ORDER BY 1""",
        home=work.home, trash=trash,
    )  # fmt: skip


def links_of(work: Work, file_id: str) -> set[tuple[str, str, str]]:
    """kind, doctype and target of the index's rows for a file."""
    rows = work.db.all(
        "SELECT kind, doctype, target_id FROM file_links WHERE home_id = :home AND file_id = :file",
        home=work.home, file=file_id,
    )  # fmt: skip
    return {(kind, doctype, target) for kind, doctype, target in rows}


def linked_files(work: Work) -> Iterator[Row]:
    """Ids of the files that the index has rows for."""
    return work.db.each(
        "SELECT DISTINCT file_id FROM file_links WHERE home_id = :home ORDER BY file_id", home=work.home
    )


def stored_bytes(work: Work) -> int:
    """The sum of the sizes of all files and old versions."""
    row = work.db.one(
        """SELECT COALESCE(SUM(CAST(body->>'size' AS BIGINT)), 0) FROM documents
            WHERE home_id = :home AND doctype IN ('io.cozy.files', 'io.cozy.files.versions') AND NOT deleted
              AND body->>'sha256' IS NOT NULL""",
        home=work.home,
    )
    return int(row[0]) if row else 0


def unused_contents(work: Work) -> Iterator[Row]:
    """sha256 of the contents that no document names, and that are not held for somebody."""
    return work.db.each(
        """SELECT sha256 FROM contents c WHERE home_id = :home AND NOT EXISTS (
             SELECT 1 FROM documents d WHERE d.home_id = :home AND NOT d.deleted AND d.body->>'sha256' = c.sha256 || '')
              AND NOT EXISTS (SELECT 1 FROM held_contents h WHERE h.home_id = :home AND h.sha256 = c.sha256)
            ORDER BY sha256""",
        home=work.home,
    )


def contents(work: Work) -> Iterator[Row]:
    """sha256, size, blob and inline length of every content, in the order of blobs."""
    return work.db.each(
        "SELECT sha256, size, blob, LENGTH(inline) FROM contents WHERE home_id = :home ORDER BY sha256",
        home=work.home,
    )


def contents_after(work: Work, sha256: str, limit: int) -> list[Row]:
    """A page of contents: sha256, md5, inline and blob."""
    return work.db.all(
        """SELECT sha256, md5, inline, blob FROM contents WHERE home_id = :home AND sha256 > :sha256
            ORDER BY sha256 LIMIT :limit""",
        home=work.home, sha256=sha256, limit=limit,
    )  # fmt: skip


def names_blob(work: Work, key: str) -> bool:
    """Whether a content names this blob."""
    return work.db.one(
        "SELECT 1 FROM contents WHERE home_id = :home AND sha256 = :sha256 AND blob = :blob",
        home=work.home, sha256=key.partition("-")[0], blob=key,
    ) is not None  # fmt: skip


def uploads(work: Work) -> Iterator[Row]:
    """Ids of the resumable uploads under way."""
    return work.db.each("SELECT id FROM uploads WHERE home_id = :home ORDER BY id", home=work.home)


def has_upload(work: Work, id_: str) -> bool:
    """Whether an upload of this id is under way."""
    return (
        work.db.one("SELECT 1 FROM uploads WHERE home_id = :home AND id = :id", home=work.home, id=id_)
        is not None
    )


def items_adrift(work: Work) -> Iterator[Row]:
    """doctype, id and revision of the items whose document is gone or at another revision."""
    return work.db.each(
        """SELECT i.doctype, i.id, i.rev FROM items i LEFT JOIN documents d
               ON d.home_id = i.home_id AND d.doctype = i.doctype AND d.id = i.id AND d.rev = i.rev AND NOT d.deleted
            WHERE i.home_id = :home AND d.id IS NULL ORDER BY i.doctype, i.id""",
        home=work.home,
    )


def items_also_gone(work: Work) -> Iterator[Row]:
    """doctype and id of the items whose name is also said to be free."""
    return work.db.each(
        """SELECT i.doctype, i.id FROM items i JOIN items_gone g
               ON g.home_id = i.home_id AND g.kind = i.kind AND g.collection = i.collection AND g.name = i.name
            WHERE i.home_id = :home ORDER BY i.doctype, i.id""",
        home=work.home,
    )


def marked_texts(work: Work, marker: str) -> Iterator[Row]:
    """doctype, id and text of the items that name a value kept beside them."""
    return work.db.each(
        """SELECT doctype, id, text FROM items WHERE home_id = :home AND text LIKE :marker ORDER BY doctype, id""",
        home=work.home, marker=f"%{marker}%",
    )  # fmt: skip


def values_after(work: Work, sha256: str, limit: int) -> list[Row]:
    """A page of the values kept beside texts: hash and value."""
    return work.db.all(
        """SELECT sha256, value FROM inline_values WHERE home_id = :home AND sha256 > :sha256
            ORDER BY sha256 LIMIT :limit""",
        home=work.home, sha256=sha256, limit=limit,
    )  # fmt: skip


def shown_wrongly(work: Work) -> Iterator[Row]:
    """Ids of folders that the list of the live folder has and should not have, or lacks, or whose files it has alone."""
    return work.db.each(
        """SELECT f.id FROM live_folders f
             LEFT JOIN documents d ON d.home_id = f.home_id AND d.doctype = 'io.cozy.files' AND d.id = f.id
              AND NOT d.deleted AND d.body->>'type' = 'directory'
            WHERE f.home_id = :home AND f.due = 0 AND d.id IS NULL
            UNION SELECT d.id FROM documents d LEFT JOIN live_folders f ON f.home_id = d.home_id AND f.id = d.id
            WHERE d.home_id = :home AND d.doctype = 'io.cozy.files' AND NOT d.deleted AND d.body->>'type' = 'directory'
              AND d.id <> :trash AND NOT (d.body->>'path' >= :low AND d.body->>'path' < :high) AND f.id IS NULL
              AND EXISTS (SELECT 1 FROM live_folders r WHERE r.home_id = :home AND r.id = :root)
            UNION SELECT t.inside FROM live_folder_files t
             LEFT JOIN live_folders f ON f.home_id = t.home_id AND f.id = t.inside
            WHERE t.home_id = :home AND f.id IS NULL""",
        home=work.home, trash=TRASH, low=f"{TRASH_PATH}/", high=f"{TRASH_PATH}0", root=ROOT,
    )  # fmt: skip
