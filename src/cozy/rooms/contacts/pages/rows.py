"""The list of people: its lines by letter, and what it is narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.collections.model import original_of
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.ui.avatars import face
from cozy.web.call import Call

from .. import service
from ..model.people import is_favourite
from .cards import Row, grouped, note_of
from .door import CONTACTS_URL, url_of

PAGE = 300  # lines of a page


class Narrowed(Struct, frozen=True):
    """What the list is narrowed to."""

    group: str = ""
    favourites: bool = False
    query: str = ""

    def url(self, **more: str) -> str:
        """The address of the list so narrowed."""
        wishes = {"group": self.group, "favourites": "1" if self.favourites else "", "q": self.query, **more}
        asked = urlencode({key: value for key, value in wishes.items() if value})
        return CONTACTS_URL + (f"?{asked}" if asked else "")

    @property
    def kept(self) -> str:
        """What the address of a person carries along, so that the list beside them stays as it is."""
        return self.url().removeprefix(CONTACTS_URL)


def narrowed(call: Call) -> Narrowed:
    """What the query says."""
    return Narrowed(call.query("group"), bool(call.query("favourites")), call.query("q").strip()[:200])


def row(document: Document) -> Row:
    """The line of a person."""
    name = service.people.name_of(document.body)
    digest = service.photos.digest_in(original_of(document.body))
    return Row(
        document.id, url_of(document.id), name, note_of(document.body, name),
        face(name, url_of(document.id, "photo", digest) if digest else ""),
        is_favourite(document.body), document.body.get("me") is True,
    )  # fmt: skip


def listed(work: Work, call: Call, around: str = "") -> dict[str, Any]:
    """The list as templates show it, from where the query says, else with `around` in it."""
    seq, wish = documents.last_seq(work), narrowed(call)
    found = service.people.all_(work, wish.group, wish.query, favourites=wish.favourites)
    letters = [service.people.letter(each.body) for each in found]
    first = _first(call, found, letters, around)
    shown = slice(first, first + PAGE)
    goes_on = first > 0 and letters[first] == letters[first - 1]
    return {
        "seq": seq, "sections": grouped(list(zip(letters[shown], map(row, found[shown]), strict=True))), "goes_on": goes_on,
        "total": len(found), "letters": list(dict.fromkeys(letters)), "is_whole": len(found) <= PAGE,
        "wish": wish, "current": around, "groups": service.groups.all_(work),
        "before": wish.url(skip=str(max(0, first - PAGE))) if first else "",
        "after": wish.url(skip=str(first + PAGE)) if first + PAGE < len(found) else "",
    }  # fmt: skip


def _first(call: Call, found: Sequence[Document], letters: Sequence[str], around: str) -> int:
    """The place of the first line of the page."""
    skip, letter = call.query("skip"), call.query("at")
    if skip.isdecimal() and len(skip) < 7:
        return min(int(skip), max(0, len(found) - 1))
    if letter in letters:
        return letters.index(letter)
    place = next((n for n, each in enumerate(found) if each.id == around), 0)
    return place - place % PAGE
