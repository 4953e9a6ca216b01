"""Invitations, a row each."""

from __future__ import annotations

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from ..model import Invitation

_COLUMNS = "id, secret_sha256, mail, context, plan, is_own, created_at, expires_at, used_at"


def add(work: Work, invitation: Invitation) -> None:
    """Keep a new one, in place of those for the same person that were not used."""
    work.db.run(
        "DELETE FROM invitations WHERE mail = :mail AND context = :context AND is_own = :is_own AND used_at = ''",
        mail=invitation.mail, context=invitation.context, is_own=invitation.is_own,
    )  # fmt: skip
    work.db.run(
        f"""INSERT INTO invitations ({_COLUMNS})
            VALUES (:id, :secret_sha256, :mail, :context, :plan, :is_own, :created_at, :expires_at, '')""",
        id=invitation.id, secret_sha256=invitation.secret_sha256, mail=invitation.mail, context=invitation.context,
        plan=invitation.plan, is_own=invitation.is_own, created_at=invitation.created_at, expires_at=invitation.expires_at,
    )  # fmt: skip


def opened_with(work: Work, secret_sha256: str) -> Invitation | None:
    """The one that a secret opens, while it does."""
    row = work.db.one(
        f"""SELECT {_COLUMNS} FROM invitations
             WHERE secret_sha256 = :secret_sha256 AND used_at = '' AND expires_at > :now""",
        secret_sha256=secret_sha256, now=iso(work.now),
    )  # fmt: skip
    return Invitation(*row) if row else None


def listed(work: Work, limit: int) -> list[Invitation]:
    """Those of the host, the newest first."""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM invitations WHERE NOT is_own ORDER BY created_at DESC, mail, id LIMIT :limit",
        limit=limit,
    )
    return [Invitation(*row) for row in rows]


def use(work: Work, id_: str) -> bool:
    """Note that it was used; False when it was already."""
    return (
        work.db.run(
            "UPDATE invitations SET used_at = :now WHERE id = :id AND used_at = ''", id=id_, now=iso(work.now)
        )
        == 1
    )


def unuse(work: Work, id_: str) -> None:
    """Note that it was not used after all."""
    work.db.run("UPDATE invitations SET used_at = '' WHERE id = :id", id=id_)


def drop(work: Work, id_: str) -> bool:
    """Forget one; False when there is none."""
    return work.db.run("DELETE FROM invitations WHERE id = :id", id=id_) == 1


def forget(work: Work, before: str, used_before: str) -> None:
    """Forget what people asked for themselves and is over, and what the host keeps no longer. used_before: when what was used by
    then is used for good: a home that is just being made may yet give it back.
    """
    work.db.run(
        """DELETE FROM invitations
            WHERE (is_own AND ((used_at <> '' AND used_at <= :used_before) OR expires_at <= :now)) OR (expires_at <= :before)""",
        now=iso(work.now), before=before, used_before=used_before,
    )  # fmt: skip
