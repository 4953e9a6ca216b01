"""Large files that come in parts, a row each, and a row a part."""

from __future__ import annotations

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from ..model import Part, Transfer


def one(work: Work, holder: str, name: str) -> Transfer | None:
    """The living transfer that a holder gave this name, with its parts."""
    row = work.db.one(
        """SELECT id FROM dav_transfers
            WHERE home_id = :home AND holder = :holder AND name = :name AND expires_at > :now""",
        home=work.home, holder=holder, name=name, now=iso(work.now),
    )  # fmt: skip
    if row is None:
        return None
    parts = work.db.all(
        """SELECT name, upload_id, start, size FROM dav_parts
            WHERE home_id = :home AND transfer_id = :id ORDER BY name""",
        home=work.home, id=row[0],
    )  # fmt: skip
    return Transfer(row[0], name, tuple(Part(*part) for part in parts))


def count(work: Work) -> int:
    """How many transfers there are."""
    row = work.db.one("SELECT COUNT(*) FROM dav_transfers WHERE home_id = :home", home=work.home)
    return int(row[0]) if row else 0


def add(work: Work, id_: str, holder: str, name: str, expires_at: str) -> None:
    """A new transfer, without any part."""
    work.db.run(
        """INSERT INTO dav_transfers (home_id, id, holder, name, expires_at)
           VALUES (:home, :id, :holder, :name, :expires_at)""",
        home=work.home, id=id_, holder=holder, name=name, expires_at=expires_at,
    )  # fmt: skip


def extend(work: Work, id_: str, expires_at: str) -> None:
    """Keep a transfer until then."""
    work.db.run(
        "UPDATE dav_transfers SET expires_at = :expires_at WHERE home_id = :home AND id = :id",
        home=work.home, id=id_, expires_at=expires_at,
    )  # fmt: skip


def put_part(work: Work, id_: str, part: Part) -> None:
    """Note where a part is, in place of the one of that name."""
    work.db.run(
        """INSERT INTO dav_parts (home_id, transfer_id, name, upload_id, start, size)
           VALUES (:home, :id, :name, :upload_id, :start, :size)
           ON CONFLICT (home_id, transfer_id, name) DO UPDATE
              SET upload_id = excluded.upload_id, start = excluded.start, size = excluded.size""",
        home=work.home, id=id_, name=part.name, upload_id=part.upload_id, start=part.start, size=part.size,
    )  # fmt: skip


def drop_part(work: Work, id_: str, name: str) -> None:
    """Forget a part."""
    work.db.run(
        "DELETE FROM dav_parts WHERE home_id = :home AND transfer_id = :id AND name = :name",
        home=work.home, id=id_, name=name,
    )  # fmt: skip


def drop(work: Work, id_: str) -> None:
    """Forget a transfer and its parts."""
    work.db.run("DELETE FROM dav_parts WHERE home_id = :home AND transfer_id = :id", home=work.home, id=id_)
    work.db.run("DELETE FROM dav_transfers WHERE home_id = :home AND id = :id", home=work.home, id=id_)


def drop_expired(work: Work) -> None:
    """Forget transfers whose time is over."""
    rows = work.db.all(
        "SELECT id FROM dav_transfers WHERE home_id = :home AND expires_at <= :now",
        home=work.home, now=iso(work.now),
    )  # fmt: skip
    for (id_,) in rows:
        drop(work, id_)
