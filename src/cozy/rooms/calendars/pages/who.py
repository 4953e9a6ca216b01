"""Who sees calendars, in words: the owner, who was let at events, and whoever has a public link."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission
from cozy.ui import leave
from cozy.web.call import Call

from ..model import CALENDARS, EVENTS
from .door import CALENDAR, question, routes, words
from .reading import calendars


@routes.on("GET", f"{CALENDAR}/who", OWNER)
def who(work: Work, call: Call) -> Response:
    """Everybody who sees events, or has the link of a calendar; calendar: of which one, of all without it. 200."""
    wanted = [each.id for each in calendars(work) if call.query("calendar") in {"", each.id}]
    readers, holders = _readers(work), _holders(work, wanted)
    known = {each.id for each in readers}
    others = permissions.onlookers(work, EVENTS, readers)
    others += permissions.onlookers(work, CALENDARS, [each for each in holders if each.id not in known])
    return question(work, call, "who.html", others=others)


def seen(work: Work, wanted: Sequence[str]) -> leave.Seen:
    """Who sees these calendars."""
    found = {each.id: each for each in (*_readers(work), *_holders(work, wanted))}
    return leave.seen(words(work), [permissions.name_of(each) for each in found.values()])


def _readers(work: Work) -> list[Permission]:
    return [other.permission for other in permissions.others(work, "GET", EVENTS)]


def _holders(work: Work, wanted: Sequence[str]) -> list[Permission]:
    known = permissions.others(work, "GET", CALENDARS)
    found = [each for id_ in wanted for each in permissions.among(known, "GET", CALENDARS, {id_}, {})]
    return list({each.id: each for each in found}.values())
