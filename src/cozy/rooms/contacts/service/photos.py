"""Photos of people: in their cards, and drawn anew from what was sent, so that they are nothing but pictures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator, Callable

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import original_of
from cozy.rooms.permissions import service as permissions

from ..errors import BadPhoto, NoPhoto
from ..model import CONTACTS
from . import people

LIMIT = 20_000_000  # bytes of what is sent
_SIZE = 512  # pixels
_DATA = re.compile(r"data:(image/[\w.+-]+)[^,]*;base64,", re.IGNORECASE)
_LINE = re.compile(r"^(?:[\w-]+\.)?PHOTO[;:]", re.IGNORECASE | re.MULTILINE)


def digest(work: Work, id_: str) -> str:
    """A name for the photo of a person that changes with it; "" where there is none."""
    line = _line(original_of(people.fetch(work, id_).body))
    said = _said(line) if line else ""
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""


def digest_in(text: str) -> str:
    """The same, out of the card that a document was written with."""
    if not _LINE.search(text):
        return ""
    line = _line(text)
    said = _said(line) if line else ""
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""


def _line(text: str) -> Line | None:
    card = next(iter(lines.parse(text)), None) if text else None
    return card.line("PHOTO") if card else None


def _said(line: Line) -> str:
    """The base64 of a picture, or the marker that stands for it; "" for an address elsewhere."""
    if "ENCODING" in line.params():
        return line.value.strip()
    found = _DATA.match(line.value)
    return line.value[found.end() :] if found else ""


def raw(work: Work, id_: str) -> bytes:
    """The photo as it came: whatever it is. Raises NoContact, NoPhoto, NobodyIn, NotAllowed."""
    line = _line(original_of(people.fetch(work, id_).body))
    said = _said(line) if line else ""
    if collections.inline.MARKER in said:
        said = collections.inline.value(work, said) or ""
    try:
        content = base64.b64decode(said, validate=False)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise NoPhoto(id=id_)
    return content


async def shown(house: House, home: Home, caller: Caller, id_: str) -> bytes:
    """The photo as WebP, drawn anew, for browsers. Raises NoContact, NoPhoto, NobodyIn, NotAllowed."""
    content = await house.read(home, caller, raw, id_)
    try:
        return await _drawn(house, content, "thumbnail")
    except BadPhoto as error:
        raise NoPhoto(id=id_) from error


async def choose(house: House, home: Home, caller: Caller, id_: str, sent: bytes) -> None:
    """Make this the photo of a person: drawn anew as a JPEG, which every phone shows.

    Raises BadPhoto, NoContact, NobodyIn, NotAllowed.
    """
    if not sent or len(sent) > LIMIT:
        raise BadPhoto
    await house.read(home, caller, people.fetch, id_)
    picture = await _drawn(house, sent, "picture")
    await house.write(home, caller, keep, id_, picture, "JPEG")


async def _drawn(house: House, content: bytes, recipe: str) -> bytes:
    async def read() -> AsyncIterator[bytes]:
        yield content

    previews: Previews = house.ports[Previews][0]
    size = {"size": _SIZE} if recipe == "thumbnail" else {"width": _SIZE, "height": _SIZE, "crop": 1}
    try:
        return await previews.draw(hashlib.sha256(content).hexdigest(), len(content), read, recipe, **size)
    except CannotDraw as error:
        raise BadPhoto from error


def keep(work: Work, id_: str, picture: bytes, kind: str) -> None:
    """Put a picture into the card of a person. kind: `JPEG`."""
    value = base64.b64encode(picture).decode()

    def photo(card: Component) -> Line:
        if card.value("VERSION").strip() == "4.0":
            return lines.make("PHOTO", f"data:image/{kind.lower()};base64,{value}")
        return lines.make("PHOTO", value, {"ENCODING": ["b"], "TYPE": [kind]})

    _rewrite(work, id_, photo)


def remove(work: Work, id_: str) -> None:
    """Have no photo of a person any more. Raises NoContact, NobodyIn, NotAllowed."""
    _rewrite(work, id_, None)


def _rewrite(work: Work, id_: str, photo: Callable[[Component], Line] | None) -> None:
    person = people.fetch(work, id_)
    permissions.guard(work, "PUT", CONTACTS, {id_}, person.body)
    found = collections.items.of_ids(work, CONTACTS, [id_])
    if not found:
        raise NoPhoto(id=id_)
    entry, text = found[0].entry, found[0].text
    card = lines.parse(text)[0]
    rest = tuple(part for part in card.parts if type(part) is not Line or part.name != "PHOTO")
    new = (photo(card),) if photo else ()
    written = lines.write([Component(card.name, (*rest, *new), card.begin, card.end)])
    collections.items.put(work, "contacts", entry.collection, entry.name, written)
