"""What is in calendars and address books, as it is told and written."""

from __future__ import annotations

from collections.abc import Callable

from cozy.dav import telling, xml
from cozy.dav.bodies import PropFind
from cozy.dav.telling import Vocabulary
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import AlreadyHere, NoItem
from cozy.rooms.collections.model import Collection, Entry, Expected, Item
from cozy.rooms.permissions import service as permissions

from ..errors import Unfulfilled, Unmapped
from ..model import http_date
from . import owner, privileges
from .addresses import Place, of_item, of_shelf
from .dialects import CALDAV, Dialect
from .scheduling import is_of_people

_D = f"{{{xml.DAV}}}"
Render = Callable[[Item], str]  # the text of an item, or the part of it that is wanted
Tell = Callable[[Item], str]


def media_type(dialect: Dialect, entry: Entry) -> str:
    """As it is said of one item (RFC 5545 §8.1)."""
    more = f"; component={entry.component}" if dialect is CALDAV else ""
    return f"{dialect.media_type}; charset=utf-8{more}"


def whole(item: Item) -> str:
    """The text as it is."""
    return item.text


def teller(
    work: Work, dialect: Dialect, collection: Collection, asked: PropFind, *, render: Render | None = None,
    href: Callable[[Item], str] | None = None, is_minimal: bool = False,
) -> Tell:  # fmt: skip
    """Who tells of each item of a collection what is asked for. render: of texts, None where they are not to be told."""
    may_write = privileges.writes(work, dialect) and not collection.is_read_only
    held = privileges.told(may_write=may_write, may_rename=False, is_calendar=dialect is CALDAV)
    shelf = of_shelf(dialect, collection.id)
    words: Vocabulary[Item] = Vocabulary(
        href=href or (lambda item: of_item(shelf, item.entry.name)),
        dead=lambda _: {},
        usual={
            f"{_D}resourcetype": lambda _: "<d:resourcetype/>",
            f"{_D}getetag": lambda item: f"<d:getetag>{item.entry.etag}</d:getetag>",
            **telling.simples(_usual(dialect)),
        },
        others=telling.simples(_others(dialect, held, render)),
    )
    return telling.responder(words, asked, is_minimal=is_minimal)


def _usual(dialect: Dialect) -> dict[str, Callable[[Item], str | None]]:
    return {
        f"{_D}getcontenttype": lambda item: media_type(dialect, item.entry),
        f"{_D}getcontentlength": lambda item: str(item.entry.size),
        f"{_D}getlastmodified": lambda item: http_date(item.entry.changed_at),
    }


def _others(dialect: Dialect, held: str, render: Render | None) -> dict[str, Callable[[Item], str | None]]:
    told: dict[str, Callable[[Item], str | None]] = {
        f"{_D}current-user-privilege-set": lambda _: held,
        f"{_D}acl": lambda _: privileges.acl(held),
        f"{_D}supported-report-set": lambda _: owner.reports(dialect.reports),
    }
    if render is not None:
        told[dialect.data] = lambda item: xml.text(render(item))
    return told | {name: telling.always(value) for name, value in owner.around().items()}


def validators(item: Item) -> dict[str, str]:
    """The headers that tell how an item is now. What others are concerned by has a tag of its own, which is the same here.

    RFC 6638 §3.2.10 lets that tag stay when only answers come in; a client that is told of them merges for nothing, at worst.
    """
    tag = item.entry.etag
    return {"etag": tag, **({"schedule-tag": tag} if is_of_people(item.text) else {})}


def wants_text(dialect: Dialect, asked: PropFind) -> bool:
    """Whether the texts themselves are asked for."""
    return dialect.data in (asked.names or ()) or dialect.data in asked.include


def open_(work: Work, place: Place) -> Item:
    """One item. Raises Unmapped, NobodyIn, NotAllowed."""
    try:
        return collections.items.one(work, place.dialect.kind, place.collection, place.name)
    except NoItem as error:
        raise Unmapped from error


def copy(work: Work, source: Place, target: Place, *, overwrites: bool) -> bool:
    """Put the text of an item under another name; whether nothing was there (RFC 4918 §9.8).

    Raises Unmapped, Unfulfilled, and as collections.items.put.
    """
    item = open_(work, source)
    expected = Expected() if overwrites else Expected(if_none_match="*")
    permissions.guard(work, "POST", target.dialect.items, None, None)
    _, is_new = collections.items.put(
        work, target.dialect.kind, target.collection, target.name, item.text, expected
    )
    return is_new


def move(work: Work, source: Place, target: Place, expected: Expected, *, overwrites: bool) -> bool:
    """Give an item another name, perhaps in another collection; whether nothing was there (RFC 4918 §9.9).

    Raises Unmapped, Unfulfilled, and as collections.items.move.
    """
    try:
        return collections.items.move(
            work, source.dialect.kind, (source.collection, source.name), (target.collection, target.name),
            overwrites=overwrites, expected=expected,
        )  # fmt: skip
    except NoItem as error:
        raise Unmapped from error
    except AlreadyHere as error:
        raise Unfulfilled(header="Overwrite") from error
