"""What a file is part of, and which devices leave a folder out: the index behind two members of the documents."""

from __future__ import annotations

from typing import Literal

from cozy.kernel.work import Work

Kind = Literal["referenced_by", "not_synchronized_on"]
Order = Literal["id", "datetime"]
_TAKEN = "COALESCE(d.body->'metadata'->>'datetime', d.body->>'created_at', '')"


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
    work.db.run(
        "DELETE FROM file_links WHERE home_id = :home AND file_id = :file", home=work.home, file=file_id
    )


def forget_kind(work: Work, kind: Kind, file_id: str) -> None:
    """Take the links of one kind of a file away."""
    work.db.run(
        "DELETE FROM file_links WHERE home_id = :home AND kind = :kind AND file_id = :file",
        home=work.home, kind=kind, file=file_id,
    )  # fmt: skip


def rename(work: Work, was: str, now: str) -> None:
    """Every link of a file is one of the file of another id."""
    work.db.run(
        "UPDATE file_links SET file_id = :now WHERE home_id = :home AND file_id = :was",
        home=work.home, was=was, now=now,
    )  # fmt: skip


def linked(
    work: Work, kind: Kind, doctype: str, target_id: str, *, order: Order = "id", descending: bool = False,
    after: tuple[str, str] | None = None, start: tuple[str, str] | None = None, skip: int = 0, limit: int = 100,
) -> list[tuple[str, str]]:  # fmt: skip
    """Sort key and id of the files linked to a document; after: the last pair that was seen; start: the first wanted.

    order: by id, or by the moment at which a photo was taken, else the file made.
    """
    key = _TAKEN if order == "datetime" else "''"
    beyond, way = ("<", "DESC") if descending else (">", "ASC")
    edge, sign = after or start, beyond if after else f"{beyond}="
    bound = f"AND ({key} {beyond} :key OR ({key} = :key AND l.file_id {sign} :id))" if edge else ""
    at = {"key": edge[0], "id": edge[1]} if edge else {}
    rows = work.db.all(
        f"""SELECT {key} AS place, l.file_id FROM file_links l
              JOIN documents d ON d.home_id = :home AND d.doctype = 'io.cozy.files' AND d.id = l.file_id
             WHERE l.home_id = :home AND l.kind = :kind AND l.doctype = :doctype AND l.target_id = :target {bound}
             ORDER BY place {way}, l.file_id {way} LIMIT :limit OFFSET :skip""",
        home=work.home, kind=kind, doctype=doctype, target=target_id, limit=limit, skip=skip, **at,
    )  # fmt: skip
    return [(place, id_) for place, id_ in rows]


def count(work: Work, kind: Kind, doctype: str, target_id: str) -> int:
    """How many files are linked to a document."""
    row = work.db.one(
        """SELECT COUNT(*) FROM file_links WHERE home_id = :home AND kind = :kind AND doctype = :doctype
              AND target_id = :target""",
        home=work.home, kind=kind, doctype=doctype, target=target_id,
    )  # fmt: skip
    return int(row[0]) if row else 0
