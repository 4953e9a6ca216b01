"""Google Contacts: the same cards in a file for each group, portraits beside them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from cozy.rooms.contacts import service as contacts

from ...model import Contact, Entry, Format, Item, Match, Tree
from ..making import Names, each

_NAME = re.compile(r"^FN[^:]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_PHOTO = re.compile(r"^PHOTO[^\n]*:https?:[^\n]*(?:\n[ \t][^\n]*)*\n?", re.IGNORECASE | re.MULTILINE)
_PLACE = re.compile(r"^((?:.*/)?Takeout[^/]*/[^/]+/)[^/]+/[^/]+\.vcf$", re.IGNORECASE)
_LARGEST = 2 * 1024 * 1024  # bytes of a portrait
_LINE = 74  # characters of a folded line


def recognise(tree: Tree) -> Match | None:
    """The service of Takeout that holds cards, each group in a folder."""
    found = next((match[1] for entry in tree.ending(".vcf") if (match := _PLACE.match(entry.name))), None)
    return Match(under=(found,)) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Each person once, with the portrait that lies beside the card."""
    seen: set[str] = set()
    names = Names()

    def cards(tree: Tree, entry: Entry) -> Iterator[Item]:
        for piece in contacts.moving.pieces(tree.read(entry.name)):
            card = piece.text.replace("\r\n", "\n")
            if card not in seen:
                seen.add(card)
                yield Contact(source=names.of(card), name=entry.name, card=_with_portrait(tree, entry, card))

    return each(tree, list(tree.ending(".vcf")), cards)


def _with_portrait(tree: Tree, entry: Entry, card: str) -> str:
    """Google writes only where a portrait is on its own servers: the one beside the card will still be there tomorrow."""
    named = _NAME.search(card)
    portrait = tree.find(f"{entry.folder}/{named[1].strip()}.jpg") if named else None
    if portrait is None or portrait.size > _LARGEST:
        return card
    line = "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(tree.read(portrait.name)).decode()
    folded = "\n ".join(line[at : at + _LINE] for at in range(0, len(line), _LINE))
    return _PHOTO.sub("", card).replace("END:VCARD", f"{folded}\nEND:VCARD")


FORMAT = Format(name="google.contacts", title="Google Contacts", recognise=recognise, items=items)
