"""Telling the other side of a share: yes, no, or that it is over."""

from __future__ import annotations

from contextlib import suppress

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from ..errors import NoServer, NoShare
from ..events import Answered
from ..model import Share
from ..model.ocm import ACCEPTED, DECLINED
from . import keeping
from .discovering import discover
from .speaking import post

_WORDS = {
    ACCEPTED: "Recipient accepted the share", DECLINED: "Recipient declined the share",
}  # fmt: skip
_TRY_AGAIN = 500


async def tell(house: House, home: Home, event: Answered) -> None:
    """Say it. Whoever knows nothing of the share any more need not hear it. Raises NoServer, for another try."""
    try:
        share, secret = await house.read(home, SYSTEM, _asked, event.share)
    except NoShare:
        return
    if secret:
        endpoint = share.endpoint or (await discover(house, share.server)).endpoint
        said = {
            "sharedSecret": secret,
            "message": _WORDS.get(event.notification, "This is no longer shared with you"),
        }
        body = {
            "notificationType": event.notification, "resourceType": "file", "providerId": share.remote_id or share.id,
            "notification": said,
        }  # fmt: skip
        reply = await post(house, f"{endpoint}/notifications", body)
        if reply.status >= _TRY_AGAIN and reply.status != 501:
            raise NoServer(status=reply.status)
    await house.write(home, SYSTEM, _done, event)


def _asked(work: Work, share_id: str) -> tuple[Share, str]:
    share = keeping.fetch(work, share_id)
    return share, keeping.secret_of(work, share)


def _done(work: Work, event: Answered) -> None:
    """Of what is over, and known to be on both sides, nothing needs to be kept."""
    if event.notification != ACCEPTED:
        with suppress(NoShare):
            keeping.remove(work, keeping.fetch(work, event.share))
