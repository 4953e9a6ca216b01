"""Items that a client names one by one (RFC 4791 §7.9, RFC 6352 §8.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from cozy.dav import answers, xml
from cozy.dav.reports import Asked
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import NoCollection

from . import addresses, items
from .dialects import Dialect
from .rendering import render_of

AT_ONCE = 500  # addresses that are looked up together


def lines(
    work: Work, dialect: Dialect, asked: Asked, hrefs: Sequence[str], *, is_minimal: bool = False
) -> list[str]:
    """What is told of each address; that nothing is there is told too. Addresses stay written as they came."""
    wanted, elsewhere = _sorted(work, dialect, hrefs)
    told = [missing(href) for href in elsewhere]
    for collection, names in wanted.items():
        told += _of_one(work, dialect, asked, collection, names, is_minimal=is_minimal)
    return told


def _sorted(
    work: Work, dialect: Dialect, hrefs: Sequence[str]
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Addresses by collection and name; and those that can be nothing here."""
    host = urlsplit(work.origin).netloc
    wanted: dict[str, dict[str, str]] = {}
    elsewhere: list[str] = []
    for href in hrefs:
        place = addresses.named(href, host)
        if place is None or place.dialect is not dialect or not place.name:
            elsewhere.append(href)
        else:
            wanted.setdefault(place.collection, {})[place.name] = href
    return wanted, elsewhere


def _of_one(
    work: Work, dialect: Dialect, asked: Asked, collection: str, names: Mapping[str, str], *, is_minimal: bool
) -> list[str]:
    try:
        shelf = collections.shelves.one(work, dialect.kind, collection)
        found = collections.items.many(work, dialect.kind, collection, list(names))
    except NoCollection:
        return [missing(href) for href in names.values()]
    tell = items.teller(
        work, dialect, shelf, asked.props, render=render_of(work, dialect, asked), is_minimal=is_minimal,
        href=lambda item: xml.text(names[item.entry.name]),
    )  # fmt: skip
    there = {item.entry.name for item in found}
    return [tell(item) for item in found] + [
        missing(href) for name, href in names.items() if name not in there
    ]


def missing(href: str) -> str:
    """That there is nothing at an address."""
    return answers.outcome(xml.text(href), 404)
