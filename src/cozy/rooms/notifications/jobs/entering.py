"""What the owner is told of who came in."""

from __future__ import annotations

from cozy.kernel.jobs import job
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import NoClient, NoSession
from cozy.rooms.auth.events import ClientConnected, DeviceEntered

from .. import service
from ..model import NEW_DEVICE, Notice

_DEVICES = "/my/settings/devices"


@job("notifications.tell_new_device")
def tell_new_device(work: Work, event: DeviceEntered) -> None:
    """Tell of a device that was not here before, unless it is logged out by now; one transaction, so once."""
    try:
        session = auth.sessions.living_one(work, event.session)
    except NoSession:
        return
    details = session.details
    _tell(work, event.session, device=auth.devices.name_of(details), address=details.address)


@job("notifications.tell_new_client")
def tell_new_client(work: Work, event: ClientConnected) -> None:
    """Tell of a program that was let in, unless it is gone by now; one transaction, so once."""
    try:
        client = auth.clients.find(work, event.client_id)
    except NoClient:
        return
    _tell(work, event.client_id, client=client.client_name)


def _tell(work: Work, about: str, **values: str) -> None:
    values = {"domain": work.domain, **values}
    service.notify(work, Notice(kind=NEW_DEVICE, about=about, values=values, link=_DEVICES, priority="high"))
