"""People: everybody with whom something is shared, and all that one of them can see."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import Words, avatars
from cozy.web.call import Call

from ..service import people, standings
from ..service.people import Membership, Person
from . import faces
from .door import PEOPLE_URL, page, routes, url_of, words
from .things import Thing, phrase, thing_of


class Known(Struct, frozen=True):
    """A person, as a line of the list."""

    url: str
    name: str
    address: str
    face: avatars.Face
    told: str


class Part(Struct, frozen=True):
    """Something that a person sees, or gives: what it is, what may be done with it, how it stands."""

    url: str  # of the sharing
    member_url: str  # of their part in it
    thing: Thing
    what: str
    may: str
    read_only: bool
    can_change: bool  # whether the owner may decide that
    state: faces.State


@routes.on("GET", PEOPLE_URL, OWNER)
async def everybody(call: Call) -> Response:
    """Everybody with whom something is shared. 200."""
    return await call.scan(_everybody, call)


def _everybody(work: Work, call: Call) -> Response:
    said = words(work)
    known = [_known(said, each) for each in people.everybody(work)]
    return page(work, call, "people.html", people=known)


def _known(said: Words, person: Person) -> Known:
    return Known(
        f"{PEOPLE_URL}/{person.key}", person.name, person.address, faces.face_of(person.name, person.contact),
        faces.person_line(said, person),
    )  # fmt: skip


@routes.on("GET", f"{PEOPLE_URL}/{{key}}", OWNER)
async def person(call: Call, key: str) -> Response:
    """All that one person sees, and shares. 200; 404."""
    return await call.scan(_person, call, key)


def _person(work: Work, call: Call, key: str) -> Response:
    found = people.one(work, key)
    return page(
        work, call, "person.html", person=_known(words(work), found), contact=found.contact.id if found.contact else "",
        sees=parts(work, found.sees), gives=parts(work, found.gives), beside=parts(work, found.beside),
    )  # fmt: skip


def parts(work: Work, memberships: Sequence[Membership]) -> list[Part]:
    """What a person has to do with, the latest first."""
    ordered = sorted(memberships, key=lambda each: each.sharing.created_at, reverse=True)
    return [_part(work, words(work), each) for each in ordered]


def _part(work: Work, said: Words, each: Membership) -> Part:
    sharing, thing = each.sharing, thing_of(work, each.sharing)
    is_ours = sharing.owner
    known = standings(work, sharing)
    return Part(
        url=url_of(sharing.id), member_url=url_of(sharing.id, "members", str(each.index)), thing=thing,
        what=phrase(said, thing), may=faces.may(said, sharing, each.index if is_ours else -1),
        read_only=sharing.is_read_only(each.index), can_change=is_ours and not sharing.pushes_only and not sharing.drive,
        state=faces.state_of(said, sharing, each.index, known.get(each.index)) if is_ours or not each.index else faces.State(""),
    )  # fmt: skip
