"""The owner's side of links: made, changed, ended, and how often they were opened.

A link is a document io.cozy.permissions of type share like those that apps make: they see these, and these show here.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NoGrant
from cozy.rooms.permissions.model import Permission

from ..errors import NoLink, NotForThis
from ..model import DOCTYPES, LABEL, Mode, Thing, mode_of, opens, rules_for

SHORTEST = 12  # characters of a code that may stand in an address: nobody guesses it
DAYS = 30  # that a link lasts unless the owner says otherwise


class Wish(Struct, frozen=True, kw_only=True):
    """What the owner wants of a link. sealed: its password, hashed, "" for none, UNSET for the one that it has."""

    mode: Mode
    expires_at: str = ""
    sealed: str | UnsetType = ""
    title: str = ""


class Known(Struct, frozen=True):
    """A link as its owner sees it. address: "" where it opens in an app alone; visits: how often it was opened, as far as
    the journal knows.
    """

    link: Permission
    address: str
    mode: Mode
    visits: int
    seen: datetime | None
    is_over: bool


def of(work: Work, thing: Thing) -> list[Known]:
    """The links that lead to this very thing. Raises NotAllowed."""
    links = permissions.links.naming(work, DOCTYPES[thing.kind], thing.id)
    return [_known(work, thing, link) for link in links if opens(link) == (thing.kind, thing.id)]


def one(work: Work, thing: Thing, link_id: str) -> Known:
    """One of them. Raises NoLink."""
    try:
        link = permissions.fetch(work, link_id)
    except NoGrant as error:
        raise NoLink from error
    if link.type != "share" or opens(link) != (thing.kind, thing.id):
        raise NoLink
    return _known(work, thing, link)


def _known(work: Work, thing: Thing, link: Permission) -> Known:
    seen = permissions.ledger.last_access(work, link)
    return Known(
        link, address(work, link), mode_of(thing.kind, thing.id, link.grants, look_only=link.look_only) or "see",
        permissions.ledger.requests(work, link, "GET"), parse(seen) if seen else None, permissions.has_ended(work, link),
    )  # fmt: skip


def address(work: Work, link: Permission) -> str:
    """Where whoever has the link opens it; "" where no page of ours does."""
    code = next((code for code in link.shortcodes.values() if len(code) >= SHORTEST), "")
    return f"{work.origin}/s/{code}" if code else ""


def make(work: Work, thing: Thing, wish: Wish) -> Known:
    """A new link. Raises NotForThis, CannotShare, NotYours."""
    _fits(thing, wish.mode)
    made = permissions.links.make(
        work,
        permissions.links.Wanted(
            rules=rules_for(thing, wish.mode), labels=(LABEL,), expires_at=wish.expires_at,
            sealed=wish.sealed or "", title=wish.title, look_only=_is_look_only(thing, wish.mode),
        ),
    )  # fmt: skip
    if thing.kind == "calendar":
        calendars.public.keep(work, thing.id, made.id)
    return _known(work, thing, made)


def change(work: Work, thing: Thing, link_id: str, wish: Wish) -> Known:
    """What a link allows from now on, and until when; it takes effect at once. Raises NoLink, NotForThis, NotTheMaker."""
    known = one(work, thing, link_id)
    _fits(thing, wish.mode)
    rules = dict.fromkeys(known.link.rules) | rules_for(thing, wish.mode)
    changed = permissions.links.change(
        work, known.link,
        permissions.links.Patch(
            rules=rules if wish.mode != known.mode else {}, expires_at=wish.expires_at,
            sealed=UNSET if wish.sealed is UNSET else wish.sealed, title=wish.title, look_only=_is_look_only(thing, wish.mode),
        ),
    )  # fmt: skip
    return _known(work, thing, changed)


def _is_look_only(thing: Thing, mode: Mode) -> bool:
    """Whether programs get nothing by the link: its pages leave out what is not for others, such as notes on people."""
    return mode == "look" or thing.kind == "contact"


def _fits(thing: Thing, mode: Mode) -> None:
    if mode not in thing.modes:
        raise NotForThis(parameter="mode")


def stop(work: Work, thing: Thing, link_id: str) -> Permission:
    """End a link now; what it was before. Raises NoLink. Publishes GrantEnded."""
    known = one(work, thing, link_id)
    permissions.set_end(work, known.link, iso(work.now))
    return known.link
