"""Backups that were planned and were not made."""

from __future__ import annotations

from datetime import timedelta

from cozy.kernel.work import Work

from ..model import BACKUP, Notice
from ..ports import Backups
from .telling import notify

_GRACE = timedelta(days=1)


def tell_missed(work: Work) -> None:
    """Tell of each place whose backup is more than a day late, once until there is one again."""
    for plugged in work.plugged(Backups):
        for backup in plugged(work):
            is_missed = backup.made_at + backup.every + _GRACE < work.now
            days = (work.now - backup.made_at).days
            notify(
                work,
                Notice(
                    kind=BACKUP, about=backup.id, state=is_missed, values={"name": backup.name, "days": days},
                    link=backup.link, priority="high",
                ),
            )  # fmt: skip
