"""The two dialects of collections, CalDAV and CardDAV: where they are, and how they call the same things."""

from __future__ import annotations

from msgspec import Struct

from cozy.dav import xml

_C, _A = f"{{{xml.CALDAV}}}", f"{{{xml.CARDDAV}}}"


class Dialect(Struct, frozen=True):
    """What differs between calendars and address books.

    kind: of collections; prefix: of their addresses; shelves, items: doctypes that a caller must have leave for, of collections
    and of what is in them; type, data, description: names of properties and elements; creation: the body of what makes one;
    uid, invalid, component, size: names of conditions.
    """

    kind: str
    prefix: str
    shelves: str
    items: str
    media_type: str
    taken_for_it: frozenset[str]
    type: str
    data: str
    description: str
    formats: str
    home_set: str
    uid: str
    invalid: str
    component: str
    size: str
    reports: tuple[str, ...]


_ANY_TEXT = frozenset(
    {"", "text/plain", "application/octet-stream"}
)  # what programs say that do not know better
_SHARED_REPORTS = (f"{{{xml.DAV}}}sync-collection", f"{{{xml.DAV}}}expand-property")
CALDAV = Dialect(
    kind="calendars", prefix="/dav/calendars", shelves="io.cozy.calendars", items="io.cozy.calendar.events",
    media_type="text/calendar", taken_for_it=_ANY_TEXT | {"text/calendar"},
    type=f"{_C}calendar", data=f"{_C}calendar-data", description=f"{_C}calendar-description",
    formats=f"{_C}supported-calendar-data", home_set=f"{_C}calendar-home-set",
    uid=f"{_C}no-uid-conflict", invalid=f"{_C}valid-calendar-data",
    component=f"{_C}supported-calendar-component", size=f"{_C}max-resource-size",
    reports=(f"{_C}calendar-query", f"{_C}calendar-multiget", f"{_C}free-busy-query", *_SHARED_REPORTS),
)  # fmt: skip
CARDDAV = Dialect(
    kind="contacts", prefix="/dav/contacts", shelves="io.cozy.contacts.books", items="io.cozy.contacts",
    media_type="text/vcard", taken_for_it=_ANY_TEXT | {"text/vcard", "text/x-vcard", "text/directory"},
    type=f"{_A}addressbook", data=f"{_A}address-data", description=f"{_A}addressbook-description",
    formats=f"{_A}supported-address-data", home_set=f"{_A}addressbook-home-set",
    uid=f"{_A}no-uid-conflict", invalid=f"{_A}valid-address-data",
    component=f"{_A}supported-address-data", size=f"{_A}max-resource-size",
    reports=(f"{_A}addressbook-query", f"{_A}addressbook-multiget", *_SHARED_REPORTS),
)  # fmt: skip
ALL = (CALDAV, CARDDAV)


def of_kind(kind: str) -> Dialect:
    """The dialect that speaks of these."""
    return CALDAV if kind == CALDAV.kind else CARDDAV
