"""Who sees a file, in words: the owner, and whoever holds a grant that covers it or a folder around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import LINKS, Permission, Type
from cozy.ui import N_, Words, leave
from cozy.web.call import Call

from .. import service
from ..model import FILES, ROOT, File
from .door import question, routes, words

NAMED = 2  # others named; of more, the number is said
_SIGNS: dict[Type, str] = {"app": "layout-grid", "konnector": "plug"}


class Seen(Struct, frozen=True):
    """By whom, as `c.who_sees` says it. text: "" for the owner alone."""

    text: str = ""
    icon: str = "lock"


class Other(Struct, frozen=True):
    """Somebody else who sees it. lines: what they may do with files; until: the last day, None for no end."""

    name: str
    icon: str
    url: str
    lines: Sequence[leave.Line]
    until: date | None


@routes.on("GET", "/my/file/{file_id}/who", OWNER)
def who(work: Work, call: Call, file_id: str) -> Response:
    """Everybody who sees a file or folder, with a way to what was allowed to each. 200; 404."""
    file = service.fetch(work, file_id)
    return question(work, call, "who.html", file=file, others=others(work, file))


def others(work: Work, file: File) -> list[Other]:
    """Everybody but the owner who sees a file or folder."""
    known, said = permissions.others(work, "GET", FILES), words(work)
    return [_other(work, said, each) for each in _seers(known, file, service.ancestors(work, file))]


def _other(work: Work, said: Words, permission: Permission) -> Other:
    name = _name(said, permission)
    rules = permissions.rules_about(permission, "GET", FILES)
    end = parse(permission.expires_at) if permission.expires_at else None
    return Other(
        name[:1].upper() + name[1:], "link" if permission.type in LINKS else _SIGNS.get(permission.type, "monitor-smartphone"),
        f"/my/access/grants/{permission.id}", permissions.lines(work, rules), permissions.last_day(work, end) if end else None,
    )  # fmt: skip


def looker(work: Work) -> Callable[[File, Sequence[File]], Seen]:
    """What says of a file, and the folders around it, who sees it: grants are looked up once for a whole list."""
    known, said = permissions.others(work, "GET", FILES), words(work)

    def look(file: File, around: Sequence[File]) -> Seen:
        return _seen(said, _seers(known, file, around)) if known else Seen()

    return look


def _seers(known: Sequence[permissions.Other], file: File, around: Sequence[File]) -> list[Permission]:
    ids = {file.id, *(folder.id for folder in around)}
    bodies = [folder.body for folder in around if folder.id != ROOT]
    return permissions.among(known, "GET", FILES, ids, file.body, bodies)


def _seen(said: Words, others: Sequence[Permission]) -> Seen:
    if not others:
        return Seen()
    icon = "link" if any(each.type in LINKS for each in others) else "eye"
    names = list(dict.fromkeys(_name(said, each) for each in others))
    if len(names) > NAMED:
        return Seen(said.ngettext("You and %(num)s other", "You and %(num)s others", len(names)), icon)
    return Seen(leave.listed(said, [said.gettext(N_("You")), *names]), icon)


def _name(said: Words, permission: Permission) -> str:
    if permission.type in LINKS:
        return said.gettext(N_("whoever has the link"))
    return permission.title or permission.source_id.replace("-", " ").capitalize()
