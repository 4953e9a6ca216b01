"""What can be found of a document: which members of which doctypes say something to people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from cozy.rooms.contacts.model import CONTACTS, names
from cozy.rooms.contacts.model.people import is_trashed
from cozy.rooms.files.model import FILES, ROOT, TRASH, TRASH_PATH

from .entries import KINDS, Entry, Kind
from .recipes import recipe_for

EVENTS, TODOS, JOURNALS = "io.cozy.calendar.events", "io.cozy.todos", "io.cozy.calendar.journals"
ALBUMS = "io.cozy.photos.albums"
_EXCERPT = 4_000  # characters of a description that are kept
_CLASSES: dict[str, Kind] = {
    "image": "photo", "video": "video", "audio": "audio", "pdf": "pdf", "text": "document", "spreadsheet": "sheet",
    "slide": "slides", "code": "code", "zip": "archive",
}  # fmt: skip
_MIMES: dict[str, Kind] = {
    "message/rfc822": "mail", "application/mbox": "mail", "text/vnd.cozy.note+markdown": "note", "text/csv": "sheet",
    "application/rtf": "document", "application/epub+zip": "document",
}  # fmt: skip
_ENDINGS: dict[str, Kind] = {"eml": "mail", "mbox": "mail", "rtf": "document", "epub": "document"}
_MONTHS = (
    "janvier january", "février february", "mars march", "avril april", "mai may", "juin june", "juillet july", "août august",
    "septembre september", "octobre october", "novembre november", "décembre december",
)  # fmt: skip
_TOLD = (
    "title", "description", "keywords", "artist", "place", "city", "country",
    "qualification", "subject", "author",
)  # fmt: skip
_PLACE = ("city", "state", "country")
_CAMERA = ("make", "model", "lens")


def entry(doctype: str, id_: str, body: Mapping[str, Any]) -> Entry | None:
    """How a living document is found; None for what is not to be found."""
    source = SOURCES.get(doctype)
    return source(id_, body) if source else None


def _file(id_: str, body: Mapping[str, Any]) -> Entry | None:
    if id_ in {ROOT, TRASH} or body.get("encrypted"):
        return None
    return _folder(id_, body) if body.get("type") == "directory" else _content(id_, body)


def _folder(id_: str, body: Mapping[str, Any]) -> Entry | None:
    path = _text(body, "path")
    if path == TRASH_PATH or path.startswith(f"{TRASH_PATH}/"):
        return None
    return Entry(
        FILES, id_, "folder", _text(body, "name"), place=_text(body, "dir_id"), at=_text(body, "updated_at")
    )


def _content(id_: str, body: Mapping[str, Any]) -> Entry | None:
    if body.get("trashed") is True:
        return None
    name, mime = _text(body, "name"), _text(body, "mime")
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")[:20]
    kind = _MIMES.get(mime) or _ENDINGS.get(extension) or _CLASSES.get(_text(body, "class"), "file")
    known = body.get("metadata")
    metadata = known if isinstance(known, Mapping) else {}
    taken = _text(metadata, "datetime") if kind in {"photo", "video"} else ""
    at = taken or _text(body, "updated_at")
    recipe = recipe_for(kind, mime, extension, metadata, int(_text(body, "size") or 0))
    told = [
        *_said(metadata, _TOLD),
        *_said(_mapping(metadata, "place"), _PLACE),
        *_said(_mapping(metadata, "camera"), _CAMERA),
    ]
    return Entry(
        FILES, id_, kind, name, people=_listed_people(_said(metadata, ("author", "artist"))), words=_joined([*told, _month(taken)]), extension=extension, place=_text(body, "dir_id"), at=at,
        sha256=_text(body, "sha256") if recipe else "", recipe=recipe,
    )  # fmt: skip


def _contact(id_: str, body: Mapping[str, Any]) -> Entry | None:
    title = names.display(body)
    if is_trashed(body) or not title:
        return None
    called = [names.text(body, each) for each in ("fullname", "displayName", "nickname")]
    mails = [names.text(each, "address") for each in names.entries(body, "email")]
    work = [names.text(body, each) for each in ("company", "department", "jobTitle")]
    phones = [names.text(each, "number") for each in names.entries(body, "phone")]
    digits = ["".join(c for c in phone if c.isdecimal()) for phone in phones]
    addresses = [
        names.text(each, part)
        for each in names.entries(body, "address")
        for part in ("formattedAddress", "street", "postcode", "city", "country")
    ]
    shown = dict.fromkeys(
        each for each in (*work, *mails, *phones, *addresses, names.text(body, "note")) if each
    )
    return Entry(
        CONTACTS, id_, "contact", title, people=_listed_people([*called, names.of_parts(body), *mails]),
        words=_joined([*work, *phones, *digits, *addresses]), excerpt=" · ".join(shown)[:_EXCERPT],
        at=_text(_mapping(body, "cozyMetadata"), "updatedAt"),
    )  # fmt: skip


def _event(doctype: str, kind: Kind) -> Callable[[str, Mapping[str, Any]], Entry | None]:
    """Events, tasks and journals are alike."""

    def source(id_: str, body: Mapping[str, Any]) -> Entry | None:
        title = _text(body, "label")
        at = _text(body, "start") or _text(body, "limitDate") or _text(body, "completionDate")
        people = list(_people(body))
        excerpt = " · ".join(
            each for each in (_text(body, "location"), _text(body, "description"), *people) if each
        )
        if not title and not excerpt:
            return None
        return Entry(
            doctype, id_, kind, title, people=_listed_people(people), excerpt=excerpt[:_EXCERPT], at=at,
            words=_joined([_text(body, "location"), _text(body, "description"), *_listed(body, "categories"), _month(at)]),
        )  # fmt: skip

    return source


def _people(body: Mapping[str, Any]) -> Iterator[str]:
    """Who is invited, and by whom."""
    listed = body.get("attendees")
    for each in [body.get("organizer"), *(listed if isinstance(listed, list) else [])]:
        if isinstance(each, Mapping):
            yield from filter(None, (_text(each, "name"), _text(each, "email")))


def _album(id_: str, body: Mapping[str, Any]) -> Entry | None:
    name = _text(body, "name")
    return Entry(ALBUMS, id_, "album", name, at=_text(body, "created_at")) if name else None


def _month(at: str) -> str:
    """The month of a moment in words, with its year: photos are remembered so."""
    year, month = at[:4], at[5:7]
    return f"{_MONTHS[int(month) - 1]} {year}" if month.isdecimal() and 1 <= int(month) <= 12 else ""


def _said(metadata: Mapping[str, Any], told: tuple[str, ...]) -> list[str]:
    return [text for name in told for text in (_text(metadata, name), *_listed(metadata, name)) if text]


def _text(body: Mapping[str, Any], name: str) -> str:
    """A member that is to be a text; "" for anything else that somebody put there."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _listed(body: Mapping[str, Any], name: str) -> list[str]:
    value = body.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def _joined(texts: list[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, texts)))


def _listed_people(texts: list[str]) -> str:
    return "\n".join(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


SOURCES: Mapping[str, Callable[[str, Mapping[str, Any]], Entry | None]] = {
    FILES: _file,
    CONTACTS: _contact,
    EVENTS: _event(EVENTS, "event"),
    TODOS: _event(TODOS, "task"),
    JOURNALS: _event(JOURNALS, "journal"),
    ALBUMS: _album,
}

KINDS_OF: Mapping[str, tuple[Kind, ...]] = {
    CONTACTS: ("contact",), EVENTS: ("event",), TODOS: ("task",), JOURNALS: ("journal",), ALBUMS: ("album",),
    FILES: tuple(kind for kind in KINDS if kind not in {"contact", "event", "task", "journal", "album"}),
}  # fmt: skip
