"""Plain things: files and folders, photos in folders, and in them cards, calendars, mails and mailboxes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from cozy.kernel.problem import Problem
from cozy.rooms.calendars import service as calendars
from cozy.rooms.contacts import service as contacts

from ..model import (
    Contact,
    Entry,
    Event,
    File,
    Format,
    Item,
    Mail,
    Match,
    NotUnderstood,
    Photo,
    Tree,
    reasons,
)
from .mailboxes import is_mailbox, maildir_of, mails
from .making import each

PICTURES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".png",
        ".heic",
        ".heif",
        ".webp",
        ".avif",
        ".tif",
        ".tiff",
        ".gif",
        ".dng",
        ".cr2",
        ".cr3",
        ".nef",
        ".arw",
        ".orf",
        ".rw2",
        ".raf",
        ".pef",
        ".srw",
        ".mp4",
        ".mov",
        ".m4v",
        ".avi",
        ".mkv",
        ".webm",
        ".3gp",
        ".mts",
        ".m2ts",
        ".mpg",
        ".mpeg",
    ]
)
_SIDECARS = frozenset({".xmp", ".aae"})
_CARDS, _CALENDARS = frozenset({".vcf", ".vcard"}), frozenset({".ics", ".ical", ".ifb"})
_LIMIT = 32 * 1024 * 1024  # bytes of a file of cards or of a calendar: what is larger stays a file
_MOSTLY = 0.8  # of the files are pictures: then it is a tree of photos
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def recognise_photos(tree: Tree) -> Match | None:
    """The folders at the top that are pictures for the greater part, and pictures that lie loose."""
    all_, pictures = Counter[str](), Counter[str]()
    for entry in tree.entries:
        top, slash, _ = entry.name.partition("/")
        if not _is_litter(entry) and entry.extension not in _SIDECARS:
            all_[top + slash] += 1
            pictures[top + slash] += entry.extension in PICTURES
    under = tuple(top for top, number in all_.items() if pictures[top] >= _MOSTLY * number)
    return Match(under) if under else None


def photos(tree: Tree, match: Match) -> Iterator[Item]:
    """Pictures and their sidecars go among the photos, by their folders; whatever else is there, as in any tree."""
    for entry in tree.entries:
        if _is_litter(entry):
            continue
        if entry.extension in PICTURES | _SIDECARS:
            yield Photo(
                source=entry.name,
                name=entry.name,
                path=entry.name,
                content=entry.name,
                modified=entry.modified,
            )
        else:
            yield from _items(tree, entry, entry.name)


def recognise(tree: Tree) -> Match | None:
    """Anything."""
    return Match()


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Files where they are in the tree; several that lie loose come into a folder of the tree's name."""
    tops = {entry.name.partition("/")[0] for entry in tree.entries}
    loose = any("/" not in entry.name for entry in tree.entries)
    top = f"{tree.title}/" if loose and len(tops) > 1 and tree.title else ""
    for entry in tree.entries:
        if not _is_litter(entry):
            yield from _items(tree, entry, top + entry.name)


def _is_litter(entry: Entry) -> bool:
    """What systems leave behind, and nobody wrote."""
    return entry.base.lower() in _LITTER or entry.base.startswith("._") or entry.name.startswith("__MACOSX/")


def _items(tree: Tree, entry: Entry, path: str) -> Iterator[Item]:
    if entry.extension in _CARDS and entry.size <= _LIMIT:
        yield from each(tree, [entry], _cards)
    elif entry.extension in _CALENDARS and entry.size <= _LIMIT:
        yield from each(tree, [entry], _events)
    elif entry.extension == ".eml":
        yield Mail(source=entry.name, name=entry.name, content=entry.name, folder=_box(entry))
    elif (folder := maildir_of(tree, entry)) is not None:
        yield Mail(
            source=entry.name.rpartition(":2,")[0] or entry.name,
            name=entry.name,
            content=entry.name,
            folder=folder,
        )
    elif is_mailbox(tree, entry):
        yield from each(
            tree, [entry], lambda tree, entry: mails(tree, entry, entry.base.rpartition(".")[0] or entry.base)
        )
    else:
        yield File(source=entry.name, name=entry.name, path=path, content=entry.name, modified=entry.modified)


def _box(entry: Entry) -> str:
    return entry.folder.rpartition("/")[2]


def _cards(tree: Tree, entry: Entry) -> Iterator[Item]:
    try:
        content = tree.read(entry.name)
    except Problem as problem:
        yield NotUnderstood(name=entry.name, why=problem.detail)
        return
    found = list(contacts.moving.pieces(content))
    if not found:
        yield NotUnderstood(name=entry.name, why=reasons.NO_CARD)
    for piece in found:
        yield Contact(source=_named(entry, piece.text, "UID:"), name=entry.name, card=piece.text)


def _named(entry: Entry, text: str, member: str) -> str:
    """By its UID; what has none is known by what it says."""
    for line in text.splitlines():
        if line.upper().startswith(member):
            return line[len(member) :].strip()
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _events(tree: Tree, entry: Entry) -> Iterator[Item]:
    try:
        found, refused, about = calendars.files.parse(tree.read(entry.name))
    except Problem as problem:
        yield NotUnderstood(name=entry.name, why=problem.detail)
        return
    name = about.get("name") or entry.base.rpartition(".")[0]
    for one in found:
        yield Event(
            source=f"{one.component}:{one.uid}",
            name=entry.name,
            text=one.text,
            calendar=name,
            color=about.get("color", ""),
        )
    if refused:
        yield NotUnderstood(name=entry.name, why=f"Line {refused[0].line}: {refused[0].reason}")


PHOTOS = Format("photos", "Photos", recognise_photos, photos)
FORMAT = Format("files", "Files", recognise, items)
