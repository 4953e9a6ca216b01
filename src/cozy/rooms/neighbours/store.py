"""The SQL of neighbours."""

from __future__ import annotations

from cozy.kernel.clock import iso
from cozy.kernel.db import Row
from cozy.kernel.work import Work

from .model import Neighbour

_COLUMNS = "address, public_key, met_at, refused_key, refused_at"


def _neighbour(row: Row) -> Neighbour:
    return Neighbour(*row)


def at(work: Work, address: str) -> Neighbour | None:
    """The home at an address, if it is known."""
    row = work.db.one(
        f"SELECT {_COLUMNS} FROM neighbours WHERE home_id = :home AND address = :address",
        home=work.home,
        address=address,
    )
    return _neighbour(row) if row else None


def listed(work: Work, limit: int) -> list[Neighbour]:
    """Those that are known, by address; those that are refused first."""
    rows = work.db.all(
        f"""SELECT {_COLUMNS} FROM neighbours WHERE home_id = :home
             ORDER BY CASE WHEN refused_at = '' THEN 1 ELSE 0 END, address LIMIT :limit""",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [_neighbour(row) for row in rows]


def refused(work: Work, limit: int) -> list[Neighbour]:
    """Those that are no longer who was met."""
    rows = work.db.all(
        f"""SELECT {_COLUMNS} FROM neighbours WHERE home_id = :home AND refused_at <> ''
             ORDER BY address LIMIT :limit""",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [_neighbour(row) for row in rows]


def keep(work: Work, address: str, public_key: str) -> None:
    """Know the home at an address by this key from now on; whatever was refused is forgotten."""
    work.db.run(
        """INSERT INTO neighbours (home_id, address, public_key, met_at, refused_key, refused_at)
           VALUES (:home, :address, :key, :now, '', '')
           ON CONFLICT (home_id, address) DO UPDATE
             SET public_key = excluded.public_key, met_at = excluded.met_at, refused_key = '', refused_at = ''""",
        home=work.home, address=address, key=public_key, now=iso(work.now),
    )  # fmt: skip


def refuse(work: Work, address: str, public_key: str) -> None:
    """Note that it showed this key, which is not the one that is known."""
    work.db.run(
        """UPDATE neighbours SET refused_key = :key, refused_at = :now
            WHERE home_id = :home AND address = :address""",
        home=work.home, address=address, key=public_key, now=iso(work.now),
    )  # fmt: skip


def forgive(work: Work, address: str) -> None:
    """Note that it shows the key that is known."""
    work.db.run(
        """UPDATE neighbours SET refused_key = '', refused_at = ''
            WHERE home_id = :home AND address = :address""",
        home=work.home, address=address,
    )  # fmt: skip


def move(work: Work, before: str, address: str, public_key: str) -> None:
    """Know the home of an address at another one."""
    work.db.run(
        "DELETE FROM neighbours WHERE home_id = :home AND address = :before", home=work.home, before=before
    )
    keep(work, address, public_key)
