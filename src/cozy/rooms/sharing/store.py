"""How it went with peers, which changes too often to be in documents."""

from __future__ import annotations

from cozy.kernel.work import Work

from .model import Standing


def standings(work: Work, sharing_id: str) -> dict[int, Standing]:
    """How it went with the peers of a sharing, by the index of their member."""
    rows = work.db.all(
        """SELECT member, heard_at, away_since, trouble FROM sharing_peers
            WHERE home_id = :home AND sharing_id = :sharing""",
        home=work.home, sharing=sharing_id,
    )  # fmt: skip
    return {int(member): Standing(heard, away, trouble) for member, heard, away, trouble in rows}


def put_standing(work: Work, sharing_id: str, index: int, standing: Standing) -> None:
    """Keep how it went with a peer."""
    work.db.run(
        """INSERT INTO sharing_peers (home_id, sharing_id, member, heard_at, away_since, trouble)
           VALUES (:home, :sharing, :member, :heard, :away, :trouble)
           ON CONFLICT (home_id, sharing_id, member) DO UPDATE
           SET heard_at = excluded.heard_at, away_since = excluded.away_since, trouble = excluded.trouble""",
        home=work.home, sharing=sharing_id, member=index, heard=standing.heard_at, away=standing.away_since,
        trouble=standing.trouble,
    )  # fmt: skip


def forget_standings(work: Work, sharing_id: str) -> None:
    """Forget how it went with the peers of a sharing."""
    work.db.run(
        "DELETE FROM sharing_peers WHERE home_id = :home AND sharing_id = :sharing",
        home=work.home, sharing=sharing_id,
    )  # fmt: skip
