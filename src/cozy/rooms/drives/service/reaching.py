"""A drive in another home: where it is, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping

from cozy.kernel.caller import SYSTEM, Verb
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed

from ..errors import DriveClosed, OnlyToLook
from ..model import FILES, Distant
from .listing import fetch, root_of


def elsewhere(work: Work, sharing_id: str, verb: Verb, *, writes: bool = False) -> Distant | None:
    """Where a drive is, for who may use every file of this home so; None when it is one of this home's own.

    Raises NoDrive, DriveClosed, NotAllowed, OnlyToLook.
    """
    sharing = fetch(work, sharing_id)
    if sharing.owner:
        return None
    if not permissions.may_all(work.caller, verb, FILES):
        raise NotAllowed(verb=verb, doctype=FILES)
    found = by_secret(work, sharing_id)
    assert found is not None
    if writes and found.is_read_only:
        raise OnlyToLook(id=sharing.id)
    return found


def by_secret(work: Work, sharing_id: str) -> Distant | None:
    """The same for an address with a secret in it, which opens what it opens by itself. Raises NoDrive, DriveClosed."""
    sharing = fetch(work, sharing_id)
    if sharing.owner:
        return None
    secrets = sharing.secrets_of(0)
    token = (
        secrets.drive_token or (secrets.access_token.access_token if secrets.access_token else "")
        if secrets
        else ""
    )
    if not token:
        raise DriveClosed(id=sharing.id)
    return Distant(
        sharing.id, root_of(sharing), sharing.members[0].instance, token, sharing.is_read_only(sharing.me),
        sharing.drive_root_type == "file",
    )  # fmt: skip


async def signed(
    house: House, home: Home, drive: Distant, method: str, url: str, headers: Mapping[str, str]
) -> dict[str, str]:
    """The headers with which the owner's home is asked, once it is certain who is there. Raises what `neighbours.sure` does."""
    await neighbours.sure(house, home, drive.address)
    named = {**headers, "authorization": f"Bearer {drive.token}"}
    return named | await house.read(home, SYSTEM, neighbours.sign, method, url, named)
