"""Names of people: as one reads them, sorts them and looks them up."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

PARTS = ("namePrefix", "givenName", "additionalName", "familyName", "nameSuffix")
OTHERS = "#"  # the letter of those whose name begins with none


def text(body: Mapping[str, Any], name: str) -> str:
    """A member that is to be a text; "" for anything else that somebody put there."""
    value = body.get(name)
    return value.strip() if isinstance(value, str) else ""


def entries(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A member that is to be a list of objects, whatever somebody put there."""
    value = body.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def first(body: Mapping[str, Any], name: str, member: str) -> str:
    """The preferred one of a list, or the first: `first(body, "email", "address")`."""
    there = [each for each in entries(body, name) if text(each, member)]
    chosen = next((each for each in there if each.get("primary") is True), there[0] if there else {})
    return text(chosen, member)


def of_parts(body: Mapping[str, Any]) -> str:
    """The name that its parts make: `Dr. Gregory J. House III`."""
    name = body.get("name")
    return " ".join(filter(None, (text(name, part) for part in PARTS))) if isinstance(name, Mapping) else ""


def display(body: Mapping[str, Any]) -> str:
    """What to call somebody: a name, else a company, an address, a number; "" where there is nothing."""
    return (
        text(body, "fullname")
        or of_parts(body)
        or text(body, "displayName")
        or text(body, "company")
        or first(body, "email", "address")
        or first(body, "phone", "number")
        or cozy_host(body)
    )


def cozy_host(body: Mapping[str, Any]) -> str:
    """The host of somebody's Cozy."""
    url = first(body, "cozy", "url")
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url


def index(body: Mapping[str, Any]) -> str:
    """`indexes.byFamilyNameGivenNameEmailCozyUrl` as the Contacts app makes it; never empty where there is any name."""
    name = body.get("name")
    parts = (text(name, "familyName"), text(name, "givenName")) if isinstance(name, Mapping) else ()
    made = "".join((*parts, first(body, "email", "address"), cozy_host(body))).strip().lower()
    return made or display(body).lower()


def plain(said: str) -> str:
    """A text as it is compared: no accents, no difference of case, `œ` like `oe`, one space between words."""
    if said.isascii():
        return " ".join(said.lower().split())
    folded = unicodedata.normalize(
        "NFKD", said.casefold().replace("œ", "oe").replace("æ", "ae").replace("ø", "o")
    )
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())


def sort_key(body: Mapping[str, Any], *, by_given: bool = False) -> str:
    """Where somebody stands in a list: by family name, or by given name; else by what they are called."""
    name = body.get("name")
    family, given = (
        (text(name, "familyName"), text(name, "givenName")) if isinstance(name, Mapping) else ("", "")
    )
    ordered = (given, family) if by_given else (family, given)
    return plain(" ".join(filter(None, ordered)) or display(body))


def letter(key: str) -> str:
    """The letter of an alphabetical list under which a sort key stands: A to Z, any other script's own, or `#`."""
    initial = key[:1].upper()
    return initial if initial.isalpha() else OTHERS
