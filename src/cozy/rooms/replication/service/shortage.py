"""What others send and there is no room for: they are asked for it once there is."""

from __future__ import annotations

from datetime import timedelta

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as queue
from cozy.rooms.jobs.model import Waiting
from cozy.rooms.sharing.errors import NoSharing, PeerAway, PeerGone, PeerRefused
from cozy.rooms.sharing.model import Peer

from .. import store
from . import sending
from .scope import scope

ASK, LINE = "replication.ask_for_the_rest", "replication:room"
_PAUSE = timedelta(seconds=5)  # what is thrown away one by one makes room once


def follow(work: Work) -> None:
    """Have it looked at in a moment whether there is room now, where contents went."""
    if work.faded:
        look(work)


def look(work: Work) -> None:
    """The same, whatever happened."""
    if store.lacking(work):
        queue.put(work, Waiting(LINE, ASK, "{}", iso(work.now + _PAUSE), 0, None))


async def ask_for_the_rest(house: House, home: Home) -> None:
    """Ask for what there is room for now. Raises PeerAway."""
    room = await house.read(home, SYSTEM, files.room_left, home.quota)
    for sharing_id, member, size in await house.read(home, SYSTEM, store.lacking):
        if room is not None and room < size:
            return
        await house.write(home, SYSTEM, store.lack_nothing, sharing_id, member)
        if (peer := await house.read(home, SYSTEM, _peer, sharing_id, member)) is None:
            continue
        try:
            await sending.ask_again(house, home, peer)
        except (PeerGone, PeerRefused):
            continue
        except PeerAway:
            await house.write(home, SYSTEM, store.lack, sharing_id, member, size)
            raise


def _peer(work: Work, sharing_id: str, member: int) -> Peer | None:
    try:
        return scope(work, sharing_id).peer(member)
    except NoSharing:
        return None
