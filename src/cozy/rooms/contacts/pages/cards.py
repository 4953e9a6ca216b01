"""A person as pages show them: a line of a list, and a whole card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from msgspec import Struct

from cozy.ui import N_, Words
from cozy.ui.avatars import Face

from ..model import labels, messengers, names

PLACES = {"home": N_("At home"), "work": N_("At work")}
KINDS = {
    "cell": N_("Mobile"),
    "fax": N_("Fax"),
    "pager": N_("Pager"),
    "main": N_("Main number"),
    "other": N_("Other"),
}
MAP_SITE = "openstreetmap.org"
MAP = f"https://www.{MAP_SITE}/search?query="


class Row(Struct, frozen=True):
    """One line of a list."""

    id: str
    url: str
    name: str
    note: str
    face: Face
    favourite: bool
    is_me: bool


class Fact(Struct, frozen=True):
    """One thing that is known: what it says, of which kind, and what a tap on it does. url: "" for nothing."""

    text: str
    kind: str
    url: str
    icon: str
    verb: str  # what the tap does, for those who do not see the icon
    second: str = ""  # another address: a message to a phone
    is_elsewhere: bool = False  # the link leaves the home
    site: str = ""  # where to, if neither the text nor the verb says it


class Card(Struct, frozen=True):
    """Everything that is said of somebody."""

    row: Row
    work: str  # job and company, as one line
    nickname: str
    phones: list[Fact]
    mails: list[Fact]
    addresses: list[Fact]
    messengers: list[Fact]
    homes: list[Fact]
    links: list[Fact]
    note: str

    @property
    def is_bare(self) -> bool:
        """Whether nothing but a name is known."""
        return not any(
            [
                self.phones,
                self.mails,
                self.addresses,
                self.messengers,
                self.homes,
                self.links,
                self.note,
                self.work,
            ]
        )


said, several = names.text, names.entries


def kind_of(words: Words, entry: Mapping[str, Any]) -> str:
    """What an entry is, in words: "Mobile", "At work", "Mobile (at work)", or as the owner called it."""
    label = labels.of_entry(entry)
    place = words.gettext(PLACES[label.label]) if label.label in PLACES else ""
    if label.kind in {"", "voice"} or (label.kind == "other" and place):
        return place
    kind = words.gettext(KINDS[label.kind]) if label.kind in KINDS else label.kind
    return words.gettext(N_("%(kind)s (%(place)s)"), kind=kind, place=place.lower()) if place else kind


def card(words: Words, row: Row, body: Mapping[str, Any]) -> Card:
    """The card of a person."""
    company, job = said(body, "company"), said(body, "jobTitle")
    department = said(body, "department")
    if company and department:
        company = words.gettext(N_("%(company)s, %(department)s"), company=company, department=department)
    company = company or department
    both = words.gettext(N_("%(job)s, %(company)s"), job=job, company=company) if job and company else ""
    return Card(
        row,
        both or job or (company if company != row.name else ""),
        said(body, "nickname"),
        [_phone(words, each) for each in several(body, "phone") if said(each, "number")],
        [_mail(words, each) for each in several(body, "email") if said(each, "address")],
        [fact for each in several(body, "address") if (fact := _place(words, each))],
        [_messenger(words, each) for each in several(body, "impp") if said(each, "uri")],
        [_home(words, each) for each in several(body, "cozy") if said(each, "url")],
        [_link(words, each) for each in several(body, "website") if said(each, "url")],
        said(body, "note"),
    )


def _phone(words: Words, entry: Mapping[str, Any]) -> Fact:
    number = said(entry, "number")
    dialled = "".join(c for c in number if c.isdigit() or c in "+#*")
    is_fax = labels.of_entry(entry).kind == "fax"
    return Fact(
        number, kind_of(words, entry), f"tel:{quote(dialled, safe='+')}", "printer" if is_fax else "phone",
        words.gettext(N_("Call")), "" if is_fax else f"sms:{quote(dialled, safe='+')}",
    )  # fmt: skip


def _mail(words: Words, entry: Mapping[str, Any]) -> Fact:
    address = said(entry, "address")
    return Fact(
        address,
        kind_of(words, entry),
        f"mailto:{quote(address, safe='@')}",
        "mail",
        words.gettext(N_("Write")),
    )


def lines_of(entry: Mapping[str, Any]) -> list[str]:
    """A postal address, as on an envelope."""
    town = " ".join(filter(None, [said(entry, "postcode") or said(entry, "code"), said(entry, "city")]))
    parts = [
        said(entry, "pobox"),
        *said(entry, "street").splitlines(),
        town,
        said(entry, "region"),
        said(entry, "country"),
    ]
    lines = [part.strip() for part in parts if part.strip()]
    return lines or [line.strip() for line in said(entry, "formattedAddress").splitlines() if line.strip()]


def _place(words: Words, entry: Mapping[str, Any]) -> Fact | None:
    lines = lines_of(entry)
    if not lines:
        return None
    found = MAP + quote(", ".join(lines), safe="")
    return Fact(
        "\n".join(lines), kind_of(words, entry), found, "map-pin", words.gettext(N_("Map")), is_elsewhere=True, site=MAP_SITE
    )  # fmt: skip


def _messenger(words: Words, entry: Mapping[str, Any]) -> Fact:
    uri, service = said(entry, "uri"), said(entry, "service")
    kind = kind_of(words, entry)
    about = (
        words.gettext(N_("%(kind)s (%(place)s)"), kind=service, place=kind.lower())
        if service and kind
        else service or kind
    )
    return Fact(
        messengers.name_in(uri), about, uri if messengers.is_opened(uri) else "", "message-circle", words.gettext(N_("Message"))
    )  # fmt: skip


def _home(words: Words, entry: Mapping[str, Any]) -> Fact:
    url = said(entry, "url")
    return Fact(
        _short(url),
        words.gettext(N_("Their home")),
        web_address(url),
        "house",
        words.gettext(N_("Visit")),
        is_elsewhere=True,
    )


def _link(words: Words, entry: Mapping[str, Any]) -> Fact:
    url = said(entry, "url")
    return Fact(
        _short(url),
        kind_of(words, entry),
        web_address(url),
        "link",
        words.gettext(N_("Visit")),
        is_elsewhere=True,
    )


def web_address(url: str) -> str:
    """The address of a web page; "" for what is none, which no link may lead to (`javascript:`)."""
    url = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def _short(url: str) -> str:
    return url.partition("://")[2].rstrip("/") or url if url.startswith(("http://", "https://")) else url


def note_of(body: Mapping[str, Any], name: str) -> str:
    """What a line says below a name: where somebody works, else how to reach them."""
    for found in (said(body, "company"), said(body, "jobTitle")):
        if found and found != name:
            return found
    ways: list[tuple[str, str]] = [("phone", "number"), ("email", "address")]
    reached = [said(each, way) for member, way in ways for each in several(body, member)]
    return next((way for way in reached if way and way != name), "")


def grouped(rows: Sequence[tuple[str, Row]]) -> list[tuple[str, list[Row]]]:
    """Rows with their letters, as one list a letter."""
    out: list[tuple[str, list[Row]]] = []
    for letter, row in rows:
        if not out or out[-1][0] != letter:
            out.append((letter, []))
        out[-1][1].append(row)
    return out
