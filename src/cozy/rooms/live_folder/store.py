"""The SQL of live folders: which folders and files of the home stand on the disk, and which are to be looked at again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from cozy.kernel.work import Work
from cozy.rooms.files.model import FILES, ROOT, TRASH, TRASH_PATH

from .model import FileShown, Shown, Status

_AT_ONCE = 500  # fewer than a statement may have parameters
_ALIVE = f"""d.doctype = '{FILES}' AND NOT d.deleted AND d.body->>'type' = 'directory' AND d.id <> '{TRASH}'
   AND NOT (d.body->>'path' >= '{TRASH_PATH}/' AND d.body->>'path' < '{TRASH_PATH}0')"""


def is_on(work: Work) -> bool:
    """Whether the home is shown in a live folder."""
    return bool(
        work.db.one(
            "SELECT 1 FROM live_folders WHERE home_id = :home AND id = :root", home=work.home, root=ROOT
        )
    )


def mark(work: Work, ids: Iterable[str], seq: int) -> None:
    """Have folders looked at again. seq: of the change that is the reason."""
    for id_ in ids:
        work.db.run(
            """INSERT INTO live_folders (home_id, id, inside, name, inode, due) VALUES (:home, :id, '', '', 0, :seq)
               ON CONFLICT (home_id, id) DO UPDATE SET due = excluded.due""",
            home=work.home, id=id_, seq=seq,
        )  # fmt: skip


def mark_all(work: Work, seq: int) -> None:
    """Have every folder looked at again."""
    work.db.run("UPDATE live_folders SET due = :seq WHERE home_id = :home", home=work.home, seq=seq)
    work.db.run(
        f"""INSERT INTO live_folders (home_id, id, inside, name, inode, due)
            SELECT d.home_id, d.id, '', '', 0, :seq FROM documents d WHERE d.home_id = :home AND {_ALIVE}
            ON CONFLICT (home_id, id) DO NOTHING""",
        home=work.home, seq=seq,
    )  # fmt: skip


def due(work: Work, limit: int) -> list[tuple[str, int]]:
    """Folders to look at, by id, those around others first; and the change that is the reason."""
    rows = work.db.all(
        f"""SELECT f.id, f.due FROM live_folders f
              LEFT JOIN documents d ON d.home_id = f.home_id AND d.id = f.id AND {_ALIVE}
             WHERE f.home_id = :home AND f.due > 0 ORDER BY COALESCE(d.body->>'path', ''), f.id LIMIT :limit""",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [(str(id_), int(seq)) for id_, seq in rows]


def settle(work: Work, id_: str, seq: int) -> None:
    """A folder is current, unless there was a later change."""
    work.db.run(
        "UPDATE live_folders SET due = 0 WHERE home_id = :home AND id = :id AND due = :seq",
        home=work.home, id=id_, seq=seq,
    )  # fmt: skip


def is_alive(work: Work, id_: str) -> bool:
    """Whether the home has this folder, outside its bin."""
    return bool(
        work.db.one(
            f"SELECT 1 FROM documents d WHERE d.home_id = :home AND d.id = :id AND {_ALIVE}",
            home=work.home, id=id_,
        )
    )  # fmt: skip


def parent(work: Work, id_: str) -> str:
    """The id of the folder of the home that a living one is in; "" where there is none."""
    row = work.db.one(
        f"SELECT d.body->>'dir_id' FROM documents d WHERE d.home_id = :home AND d.id = :id AND {_ALIVE}",
        home=work.home, id=id_,
    )  # fmt: skip
    return str(row[0] or "") if row else ""


def children(work: Work, dir_id: str) -> list[tuple[str, str, str, str, str, bool]]:
    """id, type, name, sha256, updated_at and executable of what a folder of the home holds, the oldest id first.

    Sorted here: asked for in the order of ids, SQLite would read all files of the home for each folder.
    """
    rows = work.db.all(
        """SELECT id, body->>'type', body->>'name', COALESCE(body->>'sha256', ''), COALESCE(body->>'updated_at', ''),
                  COALESCE(CAST(body->>'executable' AS TEXT), '')
             FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted
              AND body->>'dir_id' = :dir_id""",
        home=work.home, dir_id=dir_id,
    )  # fmt: skip
    return [
        (id_, kind, name, sha256, updated_at, executable in {"1", "true"})
        for id_, kind, name, sha256, updated_at, executable in sorted(rows)
        if id_ != TRASH
    ]


def shown(work: Work, ids: Sequence[str]) -> dict[str, Shown]:
    """Where those of these folders stand that stand anywhere."""
    found: dict[str, Shown] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = work.db.all(
            """SELECT id, inside, name, inode FROM live_folders
                WHERE home_id = :home AND id IN :ids AND inode <> 0""",
            home=work.home, ids=list(ids[start : start + _AT_ONCE]),
        )  # fmt: skip
        found.update((row[0], Shown(*row)) for row in rows)
    return found


def living_inside(work: Work, id_: str) -> list[Shown]:
    """The folders that stand in one on the disk and are still in the home, wherever.

    A CROSS JOIN is made as it is written: SQLite would begin with all files of the home.
    """
    rows = work.db.all(
        f"""SELECT f.id, f.inside, f.name, f.inode FROM live_folders f
             CROSS JOIN documents d
             WHERE f.home_id = :home AND f.inside = :id AND f.inode <> 0 AND d.home_id = f.home_id AND d.id = f.id
               AND {_ALIVE}""",
        home=work.home, id=id_,
    )  # fmt: skip
    return [Shown(*row) for row in rows]


def place(work: Work, here: Shown) -> None:
    """A folder stands there now."""
    work.db.run(
        """INSERT INTO live_folders (home_id, id, inside, name, inode, due)
           VALUES (:home, :id, :inside, :name, :inode, 0)
           ON CONFLICT (home_id, id) DO UPDATE SET inside = excluded.inside, name = excluded.name, inode = excluded.inode""",
        home=work.home, id=here.id, inside=here.inside, name=here.name, inode=here.inode,
    )  # fmt: skip


def forget(work: Work, id_: str) -> None:
    """Know nothing of a folder any more."""
    work.db.run(
        "DELETE FROM live_folder_files WHERE home_id = :home AND inside = :id", home=work.home, id=id_
    )
    work.db.run("DELETE FROM live_folders WHERE home_id = :home AND id = :id", home=work.home, id=id_)


def files(work: Work, dir_id: str) -> dict[str, FileShown]:
    """The files that were put into a folder of the disk, by name."""
    rows = work.db.all(
        "SELECT name, said, stamp FROM live_folder_files WHERE home_id = :home AND inside = :id",
        home=work.home, id=dir_id,
    )  # fmt: skip
    return {row[0]: FileShown(*row) for row in rows}


def keep_files(work: Work, dir_id: str, put: Iterable[FileShown]) -> None:
    """Files were put into a folder of the disk."""
    for file in put:
        work.db.run(
            """INSERT INTO live_folder_files (home_id, inside, name, said, stamp)
               VALUES (:home, :id, :name, :said, :stamp)
               ON CONFLICT (home_id, inside, name) DO UPDATE SET said = excluded.said, stamp = excluded.stamp""",
            home=work.home, id=dir_id, name=file.name, said=file.said, stamp=file.stamp,
        )  # fmt: skip


def forget_files(work: Work, dir_id: str, names: Collection[str]) -> None:
    """Files are no more in a folder of the disk."""
    for name in names:
        work.db.run(
            "DELETE FROM live_folder_files WHERE home_id = :home AND inside = :id AND name = :name",
            home=work.home, id=dir_id, name=name,
        )  # fmt: skip


def taken(work: Work) -> dict[str, str]:
    """What was taken in and may still be in the inbox: by its path there, the stamp that it had."""
    rows = work.db.all("SELECT path, stamp FROM live_folder_taken WHERE home_id = :home", home=work.home)
    return {str(path): str(stamp) for path, stamp in rows}


def keep_taken(work: Work, path: str, stamp: str) -> None:
    """A file of the inbox is in the home."""
    work.db.run(
        """INSERT INTO live_folder_taken (home_id, path, stamp) VALUES (:home, :path, :stamp)
           ON CONFLICT (home_id, path) DO UPDATE SET stamp = excluded.stamp""",
        home=work.home, path=path, stamp=stamp,
    )  # fmt: skip


def forget_taken(work: Work, path: str) -> None:
    """A file that was taken in has gone from the inbox."""
    work.db.run(
        "DELETE FROM live_folder_taken WHERE home_id = :home AND path = :path", home=work.home, path=path
    )


def forget_all(work: Work) -> None:
    """The home is shown nowhere. What was taken in is known as long as it may be in the inbox."""
    work.db.run("DELETE FROM live_folder_files WHERE home_id = :home", home=work.home)
    work.db.run("DELETE FROM live_folders WHERE home_id = :home", home=work.home)


def status(work: Work, path: str) -> Status:
    """What stands on the disk, and what waits."""
    row = work.db.one(
        """SELECT (SELECT COUNT(*) FROM live_folders WHERE home_id = :home AND inode <> 0 AND id <> :root),
                  (SELECT COUNT(*) FROM live_folder_files WHERE home_id = :home),
                  (SELECT COUNT(*) FROM live_folders WHERE home_id = :home AND due > 0)""",
        home=work.home, root=ROOT,
    )  # fmt: skip
    assert row is not None
    return Status(path, int(row[0]), int(row[1]), int(row[2]))
