"""Backups that were not made."""

from dataclasses import replace
from datetime import timedelta

from cozy.kernel.jobs import DayPassed
from cozy.rooms.notifications import jobs, service
from cozy.rooms.notifications.ports import Backup, Backups


def test_a_backup_that_is_overdue_is_told_once_until_there_is_one(work):
    made_at = work.now

    def plugged(work):
        return [Backup(id="nas", name="NAS", made_at=made_at, every=timedelta(days=1), link="/my/settings")]

    work = replace(work, ports={**work.ports, Backups: [plugged]})

    def told_after(**later):
        work.now += timedelta(**later)
        jobs.tell_missed_backups.run(work, DayPassed())
        return [each.title for each in service.listed(work) if not each.read_at]

    assert told_after(days=2) == []
    assert told_after(hours=1) == ["No backup was made to NAS"]
    assert told_after(days=1) == ["No backup was made to NAS"]
    assert len(service.listed(work)) == 1
    made_at = work.now
    assert told_after(hours=1) == []
    assert told_after(days=3) == ["No backup was made to NAS"]
