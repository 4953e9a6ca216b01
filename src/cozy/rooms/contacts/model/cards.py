"""Cards: what a vCard says, as members of a document (RFC 2426, RFC 6350, and what devices add to them)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.dav.problems import BadLine

from . import dates, labels, names

NAME_PARTS = ("familyName", "givenName", "additionalName", "namePrefix", "nameSuffix")  # RFC 6350 §6.2.2
ADDRESS_PARTS = ("pobox", "extended", "street", "city", "region", "postcode", "country")  # §6.3.1
NOT_GROUPS = frozenset({"mycontacts", "starred"})  # what Google's exports say of everybody
_KINDS = {"male": "M", "female": "F"}
ANNIVERSARIES = ("ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY")
MOST = 500  # entries of one list that are compared with those of another
MOST_CATEGORIES = 100  # of a card, which are groups; where there are more, its lines stay as they came
MEMBER_LINES = frozenset({"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"})
_FOLD = re.compile(r"\r?\n[ \t]")
COZY_LABEL = "Cozy"  # of links to the home of somebody


class Card(Struct, frozen=True):
    """What a card says. members: of its document; categories: names of groups; people: UIDs in a card of a group."""

    uid: str
    version: str
    members: dict[str, Any]
    categories: tuple[str, ...] = ()
    is_group: bool = False
    people: tuple[str, ...] = ()


class Listed(Struct, frozen=True):
    """How lines become a list of a document. value: the member; entry: members of one line, None for one that is none of ours."""

    member: str
    line: str
    value: str
    entry: Callable[[Line, str], dict[str, Any] | None]
    is_phone: bool = False


def read(component: Component) -> Card:
    """What a card of version 3.0 or 4.0 says; those of 2.1 are made 3.0 first (`versions`)."""
    is_group = kind_of(component) == "group"
    members = _of_group(component) if is_group else _of_person(component)
    return Card(
        uid=component.value("UID").strip(),
        version=component.value("VERSION").strip(),
        members=members,
        categories=tuple(categories(component)),
        is_group=is_group,
        people=tuple(people(component)) if is_group else (),
    )


def kind_of(component: Component) -> str:
    """`individual`, `group`, `org`…: by KIND, or by what Apple says instead."""
    said = component.value("KIND") or component.value("X-ADDRESSBOOKSERVER-KIND")
    if said:
        return said.strip().lower()
    return "org" if component.value("X-ABSHOWAS").strip().upper() == "COMPANY" else "individual"


def categories(component: Component) -> list[str]:
    """The names of the groups that a card says it is in, each once."""
    said = [text.strip() for line in component.lines("CATEGORIES") for text in lines.texts(line.value)]
    return list(dict.fromkeys(text for text in said if text and text.lower() not in NOT_GROUPS))


def people(component: Component) -> list[str]:
    """The UIDs that a card of a group holds, each once."""
    found = (uid_of(part.value) for part in component.lines() if part.name in MEMBER_LINES)
    return [uid for uid in dict.fromkeys(found) if uid]


def names_person(text: str, uid: str) -> bool:
    """Whether the card of a group names this UID; found without reading a card of thousands.

    A line in which the UID stands is looked at once, however often it stands there.
    """
    whole = _FOLD.sub("", text)
    at = whole.find(uid)
    while at >= 0:
        begin, end = whole.rfind("\n", 0, at) + 1, whole.find("\n", at)
        name, _, value = whole[begin : end if end >= 0 else None].partition(":")
        if _name_of(name) in MEMBER_LINES and uid_of(value) == uid:
            return True
        at = whole.find(uid, end + 1) if end >= 0 else -1
    return False


def _name_of(head: str) -> str:
    """The name of a line, without its group and parameters."""
    return head.partition(";")[0].rpartition(".")[2].strip().upper()


def categories_of_text(text: str) -> list[str]:
    """The names of the groups in a text that may be none."""
    return categories(_card_of(text))


def people_of_text(text: str) -> list[str]:
    """The UIDs that a card of a group holds, in a text that may be none."""
    return people(_card_of(text))


def _card_of(text: str) -> Component:
    try:
        return next(iter(lines.parse(text)), Component("VCARD"))
    except BadLine:
        return Component("VCARD")


def uid_of(uri: str) -> str:
    """The UID that a MEMBER names."""
    return uri.strip().removeprefix("urn:uuid:")


def _of_group(component: Component) -> dict[str, Any]:
    return {"name": lines.unescape(component.value("FN")).strip() or component.value("UID")}


def _of_person(component: Component) -> dict[str, Any]:
    members: dict[str, Any] = {}
    customs = custom_labels(component)
    by_name: dict[str, list[Line]] = {}
    for line in component.lines():
        by_name.setdefault(line.name, []).append(line)
    for single in _SINGLES:
        for line in by_name.get(single, ()):
            _SINGLES[single](members, line)
    if "X-ABDATE" in by_name and (dated := apple_anniversary(component)) is not None:
        _day("anniversary")(members, dated)
    for listed in LISTS:
        if found := [entry for _, entry in entries_of(listed, by_name.get(listed.line, ()), customs)]:
            members[listed.member] = found
    if not members.get("fullname") and (made := names.display(members)):
        members["fullname"] = made
    return members


def apple_anniversary(component: Component) -> Line | None:
    """The X-ABDATE that is labelled so."""
    customs = custom_labels(component)
    dated = (line for line in component.lines("X-ABDATE") if line.group)
    return next(
        (line for line in dated if labels.plain(customs.get(line.group.lower(), "")) == "anniversary"), None
    )


def custom_labels(component: Component) -> dict[str, str]:
    """Apple's labels, by the group of their lines."""
    return {
        line.group.lower(): lines.unescape(line.value).strip()
        for line in component.lines("X-ABLABEL")
        if line.group
    }


def entries_of(
    listed: Listed, found: Sequence[Line], customs: Mapping[str, str]
) -> list[tuple[Line, dict[str, Any]]]:
    """The lines that make a list, each with its entry; the most preferred one is the primary one."""
    made: list[tuple[Line, dict[str, Any], int]] = []
    for line in found:
        custom = customs.get(line.group.lower(), "") if line.group else ""
        entry = listed.entry(line, custom)
        if entry is None:
            continue
        params = line.params()
        label = labels.read(
            params,
            "" if custom == COZY_LABEL and listed.member == "cozy" else custom,
            is_phone=listed.is_phone,
        )
        made.append((line, {**entry, **label.members()}, labels.preference(params)))
    best = min((preference for *_, preference in made), default=1000)
    result, is_taken = [], best >= 1000
    for line, entry, preference in made:
        if preference == best and not is_taken:
            entry, is_taken = {**entry, "primary": True}, True
        result.append((line, entry))
    return result


def _text(member: str) -> Callable[[dict[str, Any], Line], None]:
    def put(members: dict[str, Any], line: Line) -> None:
        said = lines.unescape(line.value).strip()
        if said:
            members.setdefault(member, said)

    return put


def _name(members: dict[str, Any], line: Line) -> None:
    said = zip(NAME_PARTS, lines.fields(line.value), strict=False)
    found = {
        part: " ".join(filter(None, (each.strip() for each in lines.texts(value)))) for part, value in said
    }
    if name := {part: value for part, value in found.items() if value}:
        members.setdefault("name", name)


def _nickname(members: dict[str, Any], line: Line) -> None:
    if said := ", ".join(filter(None, (each.strip() for each in lines.texts(line.value)))):
        members.setdefault("nickname", said)


def _organization(members: dict[str, Any], line: Line) -> None:
    company, *units = [lines.unescape(each).strip() for each in lines.fields(line.value)]
    if company:
        members.setdefault("company", company)
    if units and units[0]:
        members.setdefault("department", units[0])


def _day(member: str) -> Callable[[dict[str, Any], Line], None]:
    def put(members: dict[str, Any], line: Line) -> None:
        if day := dates.day_of(line.value, line.param("X-APPLE-OMIT-YEAR")):
            members.setdefault(member, day)

    return put


def _gender(members: dict[str, Any], line: Line) -> None:
    said = line.value.partition(";")[0].strip().upper()
    if found := next((word for word, letter in _KINDS.items() if letter == said), ""):
        members.setdefault("gender", found)


def _note(members: dict[str, Any], line: Line) -> None:
    said = lines.unescape(line.value).strip()
    if said:
        members["note"] = f"{members['note']}\n{said}" if "note" in members else said


_SINGLES: Mapping[str, Callable[[dict[str, Any], Line], None]] = {
    "FN": _text("fullname"),
    "N": _name,
    "NICKNAME": _nickname,
    "ORG": _organization,
    "TITLE": _text("jobTitle"),
    "BDAY": _day("birthday"),
    **dict.fromkeys(ANNIVERSARIES, _day("anniversary")),
    "GENDER": _gender,
    "NOTE": _note,
}


def _email(line: Line, custom: str) -> dict[str, Any] | None:
    address = lines.unescape(line.value).strip().removeprefix("mailto:")
    return {"address": address} if address else None


def _phone(line: Line, custom: str) -> dict[str, Any] | None:
    number = lines.unescape(line.value).strip()
    if number[:4].lower() == "tel:":
        number = number[4:].replace(";ext=", " ext. ")
    return {"number": number} if number else None


def _address(line: Line, custom: str) -> dict[str, Any] | None:
    said = zip(ADDRESS_PARTS, lines.fields(line.value), strict=False)
    found = {
        part: ", ".join(filter(None, (each.strip() for each in lines.texts(value)))) for part, value in said
    }
    found = {part: value for part, value in found.items() if value}
    written = line.param("LABEL")
    if not found and not written:
        return None
    entry: dict[str, Any] = {part: value for part, value in found.items() if part != "extended"}
    if "extended" in found:
        entry["extendedAddress"] = {"apartment": found["extended"]}
    return {**entry, "formattedAddress": written or formatted(found)}


def formatted(parts: Mapping[str, str]) -> str:
    """An address in one line."""
    town = " ".join(filter(None, (parts.get("postcode"), parts.get("city"))))
    ordered = (
        parts.get("pobox"), parts.get("street"), parts.get("extended"), town, parts.get("region"), parts.get("country"),
    )  # fmt: skip
    return ", ".join(" ".join(part.split()) for part in ordered if part)


def _impp(line: Line, custom: str) -> dict[str, Any] | None:
    uri = lines.unescape(line.value).strip()
    service = line.param("X-SERVICE-TYPE")
    return {"uri": uri, **({"service": service} if service else {})} if uri else None


def _website(line: Line, custom: str) -> dict[str, Any] | None:
    url = lines.unescape(line.value).strip()
    return {"url": url} if url and custom != COZY_LABEL else None


def _cozy(line: Line, custom: str) -> dict[str, Any] | None:
    url = lines.unescape(line.value).strip()
    return {"url": url} if url and custom == COZY_LABEL else None


LISTS = (
    Listed("phone", "TEL", "number", _phone, is_phone=True),
    Listed("email", "EMAIL", "address", _email),
    Listed("address", "ADR", "formattedAddress", _address),
    Listed("impp", "IMPP", "uri", _impp),
    Listed("website", "URL", "url", _website),
    Listed("cozy", "URL", "url", _cozy),
)
