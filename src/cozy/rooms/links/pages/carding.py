"""A shared card: who somebody is, and how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import OWN_PROOF
from cozy.kernel.work import Work
from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.contacts.model.names import entries, text
from cozy.ui import avatars
from cozy.web.call import Call

from .. import service
from ..errors import NotOffered
from ..service.opening import Opened
from .door import LINK, guest_page, is_owner, routes, visit


class Fact(Struct, frozen=True):
    """One thing that is known. url: what a tap on it does, "" for nothing."""

    icon: str
    text: str
    url: str = ""


async def show(call: Call, opened: Opened) -> Response:
    """The card, large."""
    return await call.read(_card, call, opened, await is_owner(call))


def _card(work: Work, call: Call, opened: Opened, is_owner: bool) -> Response:
    body = service.cards.body(work, opened)
    name = opened.thing.name
    return guest_page(
        work, call, "card.html", opened, is_owner=is_owner, facts=_facts(body), initials=avatars.initials(name),
        work_line=", ".join(filter(None, (text(body, "jobTitle"), text(body, "company")))),
        tint=sum(name.encode()) % len(avatars.COLOURS),
    )  # fmt: skip


def _facts(body: Mapping[str, Any]) -> list[Fact]:
    phones = [
        Fact("phone", said, _tel(said)) for each in entries(body, "phone") if (said := text(each, "number"))
    ]
    mails = [
        Fact("mail", said, f"mailto:{quote(said, safe='@')}")
        for each in entries(body, "email") if (said := text(each, "address"))
    ]  # fmt: skip
    places = [Fact("map-pin", said) for each in entries(body, "address") if (said := _envelope(each))]
    return [*phones, *mails, *places]


def _tel(number: str) -> str:
    return f"tel:{quote(''.join(c for c in number if c.isdigit() or c in '+#*'), safe='+')}"


def _envelope(place: Mapping[str, Any]) -> str:
    town = " ".join(filter(None, (text(place, "postcode"), text(place, "city"))))
    return ", ".join(filter(None, (text(place, "street"), town, text(place, "country")))) or text(
        place, "formattedAddress"
    )


@routes.on("GET", f"{LINK}/card.vcf", OWN_PROOF)
async def card(call: Call, code: str) -> Response:
    """The same for the address book of a phone. 200 text/vcard; 303, 403, 404."""
    return await visit(call, code, _saved)


async def _saved(call: Call, opened: Opened) -> Response:
    if opened.thing.kind != "contact":
        raise NotOffered
    call.account(1, CONTACTS, "GET")
    said = await call.read(service.cards.text, opened)
    name = quote(opened.thing.name or "contact", safe="")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{name}.vcf",
        "cache-control": "private, no-cache",
    }
    return Response(said, 200, headers, "text/vcard; charset=utf-8")
