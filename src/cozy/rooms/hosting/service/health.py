"""How the host is."""

from __future__ import annotations

import platform
import shutil
from datetime import timedelta

from msgspec import Struct

from cozy import __version__
from cozy.kernel.house import House
from cozy.kernel.mail import Message
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..errors import BadParameter, NoMailServer

LATE = timedelta(minutes=10)  # after which work that waits is a sign that something is wrong


class Health(Struct, frozen=True, kw_only=True):
    """Numbers, and nothing else."""

    version: str
    python: str
    engine: str
    homes: dict[str, int]  # by state
    late: int  # homes in which work waits that should be done
    free: int  # bytes of the disk with the data
    disk: int
    has_mail: bool


async def look(house: House) -> Health:
    """How it is now."""
    states, late, engine = await house.read_host(_counts)
    disk = shutil.disk_usage(house.settings.data)
    return Health(
        version=__version__, python=platform.python_version(), engine=engine, homes=states, late=late, free=disk.free,
        disk=disk.total, has_mail=house.mailer.configured,
    )  # fmt: skip


def _counts(work: Work) -> tuple[dict[str, int], int, str]:
    return homes.count_by_state(work), homes.late(work, LATE), work.db.engine


async def try_mail(house: House, to: str, subject: str, text: str) -> None:
    """Send a mail to see that mail leaves. Raises BadParameter, NoMailServer, Unavailable."""
    address = to.strip()
    if (
        address.count("@") != 1
        or address.startswith("@")
        or address.endswith("@")
        or not address.isprintable()
    ):
        raise BadParameter("This does not look like an e-mail address.", parameter="to")
    if not house.mailer.configured:
        raise NoMailServer(parameter="to")
    await house.mailer.send(Message(to=address, subject=subject, text=text))
