"""What the host says to all of its homes. Each has it among its own work, and tells its owner by a notification; the host puts it there, one
home after the other, and goes on after a break.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import structlog

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.repeating import repeated
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import Notice

from .. import store
from ..errors import BadParameter
from ..events import HostSpoke
from ..model import Message
from . import homes as changing

log = structlog.get_logger()
KIND = "from_host"
TITLE, BODY = 120, 2000  # characters
AT_ONCE = 100  # homes between two marks of how far it has come
LOOK_EVERY_S = 5.0


def say(work: Work, title: str, body: str) -> Message:
    """Let every home be told. Raises BadParameter."""
    said, more = _clean(title, body)
    message = Message(new_id(), said, more, iso(work.now), "", 0, False)
    store.messages.keep(work, message)
    return message


async def say_to(house: House, domain: str, title: str, body: str) -> HostSpoke:
    """Tell the owner of one home. Raises NoHome, BadDomain, BadParameter."""
    home = await changing.find(house, domain)
    told = HostSpoke(new_id(), *_clean(title, body))
    await house.write(home, SYSTEM, Work.publish, told)
    return told


def _clean(title: str, body: str) -> tuple[str, str]:
    said, more = title.strip(), body.strip()
    if not said or len(said) > TITLE:
        raise BadParameter("Say in 1 to 120 characters what it is about.", parameter="title")
    if len(more) > BODY:
        raise BadParameter("This is too long: 2,000 characters are the most.", parameter="body")
    return said, more


def said(work: Work) -> list[Message]:
    """What was said, the newest first."""
    return store.messages.listed(work)


def tell_owner(work: Work, event: HostSpoke) -> None:
    """Notify the owner of this home."""
    values = {"title": event.title, "body": event.body}
    notice = Notice(kind=KIND, values=values, about=event.message_id, state=event.message_id)
    notifications.notify(work, notice)


def going_on(house: House) -> AbstractAsyncContextManager[None]:
    """Tell homes what there is to tell while the block runs."""
    return repeated(lambda: carry_on(house), LOOK_EVERY_S, "homes cannot be told")


async def carry_on(house: House) -> None:
    """Let the homes tell their owners that were not asked to yet. One that is asked twice tells it once."""
    while message := await house.read_host(store.messages.under_way):
        page = await house.read_host(homes.listed, message.told_to, AT_ONCE)
        told = 0
        for listing in page:
            if listing.state != "gone":
                home = changing.home_of(house.settings, listing)
                try:
                    await house.write(home, SYSTEM, _let_tell, message)
                    told += 1
                except Exception as error:
                    log.error("a home cannot be told", home=home.id, exc_info=error)
        last = page[-1].domain if page else message.told_to
        await house.write_host(store.messages.mark, message.id, last, told, len(page) < AT_ONCE)


def _let_tell(work: Work, message: Message) -> None:
    work.publish(HostSpoke(message.id, message.title, message.body))
