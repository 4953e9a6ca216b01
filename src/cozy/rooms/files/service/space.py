"""How full a home is, and telling its owner in time."""

from __future__ import annotations

import shutil

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import DISK, Notice

from ..errors import OverQuota
from ..store import contents

ALMOST = 0.9  # of the quota
_STORAGE = "/my/settings/storage"


def count(work: Work, size: int, quota: int | None) -> None:
    """Count the bytes of something new; the owner is told when these make the home almost full. Raises OverQuota."""
    used = contents.add_usage(work, size)
    if quota is None:
        return
    if used > quota:
        raise OverQuota(quota=quota)
    if used - size < quota * ALMOST <= used:
        tell(work, used, quota)


def tell(work: Work, used: int, quota: int) -> None:
    """Tell the owner whether the home is almost full, when that is news."""
    state, values = used >= quota * ALMOST, {"used": used, "quota": quota}
    notifications.notify(work, Notice(kind=DISK, state=state, values=values, link=_STORAGE))


async def watch(house: House, home: Home) -> None:
    """Look how full the home is; where nothing but the disk limits it, how full that is."""
    if home.quota is not None:
        await house.write(home, SYSTEM, _look, home.quota)
        return
    disk = shutil.disk_usage(house.settings.data)
    await house.write(home, SYSTEM, tell, disk.used, disk.used + disk.free)


def _look(work: Work, quota: int) -> None:
    tell(work, contents.usage(work), quota)
