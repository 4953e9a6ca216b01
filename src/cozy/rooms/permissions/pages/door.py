"""What the pages of this room share: their table of routes, the reader's words, a grant as people see it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args

from msgspec import Struct

from cozy import ui
from cozy.kernel.clock import parse
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_

from .. import service
from ..model import Permission, Type
from ..service.telling import Line

routes = Routes(pages=True)

ACCESS = "/my/access"
Kind = Literal["people", "links", "apps", "devices"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_KIND: dict[Type, Kind] = {
    "share-preview": "people", "share-interact": "people", "federated": "people", "share": "links", "app": "apps", "konnector": "apps",
}  # fmt: skip
_ICONS = {"people": "user-round", "links": "link", "apps": "layout-grid", "devices": "monitor-smartphone"}
_NAMELESS = {"people": N_("Somebody"), "links": N_("Link"), "apps": N_("App"), "devices": N_("Device")}


class Holder(Struct, frozen=True):
    """Who holds a grant, and what it is, as a list shows it."""

    id: str
    type: Type
    kind: Kind
    name: str
    icon: str
    purpose: str
    lines: list[Line]
    has_password: bool
    until: date | None  # its last day
    is_over: bool
    seen: datetime | None  # when it last used anything

    @property
    def url(self) -> str:
        """Its page."""
        return f"{ACCESS}/grants/{self.id}"

    @property
    def can_be_given_back(self) -> bool:
        """Whether stopping it destroys nothing: it ends now, and can be given its end again. A device has to be let in anew."""
        return self.type in {"share", "app", "konnector"}


def holder(work: Work, permission: Permission, seen: str = "") -> Holder:
    """A grant as people see it. seen: when it last used anything."""
    kind = _KIND.get(permission.type, "devices")
    lines = service.lines(work, permission.rules)
    end = parse(permission.expires_at) if permission.expires_at else None
    return Holder(
        permission.id, permission.type, kind, _name(work, kind, permission, lines),
        "plug" if permission.type == "konnector" else _ICONS[kind], permission.purpose, lines,
        bool(permission.password), service.last_day(work, end) if end else None, service.has_ended(work, permission),
        parse(seen) if seen else None,
    )  # fmt: skip


def _name(work: Work, kind: Kind, permission: Permission, lines: list[Line]) -> str:
    if permission.title:
        return permission.title
    if kind == "apps" and permission.source_id:
        return permission.source_id.replace("-", " ").capitalize()
    names = [named.name for line in lines if not line.selector for named in line.only if named.name]
    return names[0] if kind == "links" and names else words(work).gettext(_NAMELESS[kind])


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)
