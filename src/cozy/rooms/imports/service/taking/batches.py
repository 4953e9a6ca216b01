"""A batch of items and how far the import has come, in one transaction: both or neither."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress

import structlog
from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.problem import Full, OutOfSpace, Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import FILES
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs

from ... import store
from ...errors import Unreadable
from ...model import (
    FOLDER,
    NOT_UNDERSTOOD,
    Contact,
    Copy,
    Document,
    Event,
    File,
    Import,
    Item,
    Left,
    LeftThere,
    Mail,
    NotUnderstood,
    Photo,
    Share,
    reasons,
)
from ...store import Taken
from .. import finding
from . import copies, documents_, files_, people, shares, twins
from .outcomes import Outcome, key_of
from .paths import folder_at, held, steps_of

# What a stranger's text may end in, whichever room it comes to: the item is left out, and the others come in.
STUMBLES = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
log = structlog.get_logger()
SHOWN = 100  # of what was left out, in the document
KINDS: dict[type, str] = {
    File: "file", Photo: "photo", Document: "document", Contact: "contact", Event: "event", Mail: "mail",
    Share: "share", NotUnderstood: "not_understood", LeftThere: "left_there",
}  # fmt: skip
# Of documents of another Cozy, by doctype; others are documents.
_KINDS_OF_COPIES = {
    "io.cozy.contacts": "contact", "io.cozy.calendar.events": "event", "io.cozy.calendar.journals": "event", "io.cozy.todos": "event",
}  # fmt: skip


def kind_of(item: Item) -> str:
    """What reports count an item as."""
    if not isinstance(item, Copy):
        return KINDS[type(item)]
    if item.doctype == FILES:
        return "file" if item.body.get("type") == "file" else "document"
    return _KINDS_OF_COPIES.get(item.doctype, "document")


class Ready(Struct, frozen=True):
    """An item whose bytes, where it has some, are stored safely. file: what a mail becomes; why: what went wrong with it."""

    item: Item
    content: Content | None = None
    file: File | None = None
    why: str = ""


class Took(Struct):
    """What a run knows while it goes on, and finds out again when it begins anew."""

    format: str
    cards: dict[str, str] = {}
    alike: dict[str, twins.ByLikeness] = {}


def take(
    work: Work, import_id: str, run: str, number: int, ready: Sequence[Ready], took: Took, quota: int | None
) -> bool:
    """Take in the next items of a part. False when nobody wants it any more: then nothing is taken in.

    Raises OverQuota, OutOfSpace.
    """
    found = finding.fetch(work, import_id)
    if found.body.state != "running" or found.body.job != run:
        _let_go(work, ready)
        return False
    body = found.body
    known = store.taken(work, [_key(took.format, each.item) for each in ready])
    for each in ready:
        _take_one(work, import_id, body, number, each, took, known, quota)
    finding.write(work, import_id, body)
    jobs.running.came_on(work, run)
    return True


def _key(format_: str, item: Item) -> str:
    return key_of("not understood" if isinstance(item, NotUnderstood) else format_, item.source)


def _take_one(
    work: Work, import_id: str, body: Import, number: int, each: Ready, took: Took, known: dict[str, Taken],
    quota: int | None,
) -> None:  # fmt: skip
    part, key = body.parts[number], _key(took.format, each.item)
    part.position += 1
    if isinstance(each.item, LeftThere):
        leave(work, import_id, body, each.item.name, each.item.why)
        return
    try:
        if each.why:
            raise Unreadable(each.why)
        with work.attempt():
            outcome = _taken(work, body, each, took, known.get(key), quota)
    except (Full, OutOfSpace):
        raise
    except (Problem, *STUMBLES) as error:
        if not isinstance(error, Problem):
            log.error("an item cannot be taken in", exc_info=error)
        _let_go(work, [each])
        _keep_text(work, body, each.item)
        leave(
            work,
            import_id,
            body,
            each.item.name,
            error.detail if isinstance(error, Problem) else reasons.UNREADABLE,
        )
        return
    known[key] = Taken(key, outcome.digest, outcome.doctype, outcome.id, outcome.rev)
    store.remember(work, known[key])
    kind = kind_of(each.item)
    if outcome.word == "added":
        part.added[kind] = part.added.get(kind, 0) + 1
    else:
        setattr(part, outcome.word, getattr(part, outcome.word) + 1)
    if isinstance(each.item, NotUnderstood):
        leave(work, import_id, body, each.item.name, each.item.why)


def leave(work: Work, import_id: str, body: Import, name: str, why: str) -> None:
    """Note what was left out, in the list and, while there are few, in the document."""
    name = plain(name)
    store.leave(work, import_id, body.left_in_all, name, why)
    body.left_in_all += 1
    if len(body.left) < SHOWN:
        body.left.append(Left(name, why))


def plain(name: str) -> str:
    """A name of something as every database holds it."""
    return name[:1000].replace("\0", " ").encode("utf-8", "replace").decode()


def _let_go(work: Work, ready: Sequence[Ready]) -> None:
    """Bytes that nobody will name."""
    work.freed += [
        each.content.blob for each in ready if each.content is not None and each.content.blob is not None
    ]


def _taken(
    work: Work, body: Import, each: Ready, took: Took, known: Taken | None, quota: int | None
) -> Outcome:
    item, content = each.file or each.item, each.content
    match item:
        case Contact():
            return people.take_contact(work, item, known, took.cards)
        case Event():
            return people.take_event(work, item, known)
        case Document():
            return documents_.take_document(work, item, known, took.format)
        case Copy():
            return copies.take_copy(work, item, content, known, quota, took.alike.get(item.doctype, {}))
        case Share():
            return shares.take_share(work, item)
    assert content is not None
    match item:
        case Photo():
            return files_.take_photo(work, item, content, known, quota)
        case File():
            top = files.ROOT if body.into == "/" else folder_at(work, files.ROOT, steps_of(body.into))
            return files_.take_file(work, top, item, content, known, took.format, quota)
        case NotUnderstood():
            return _kept(work, body, item, content, known, quota)
    raise AssertionError(item)


def _kept(
    work: Work, body: Import, item: NotUnderstood, content: Content, known: Taken | None, quota: int | None
) -> Outcome:
    file = File(source=item.source, name=item.name, path=item.name, content=b"")
    return files_.take_file(work, folder_of(work, body), file, content, known, "", quota)


def _keep_text(work: Work, body: Import, item: Item) -> None:
    """A card, an event or a document that cannot be taken in is kept as a file; contents of files are still where they were."""
    match item:
        case Contact():
            text, extension = item.card, ".vcf"
        case Event():
            text, extension = item.text, ".ics"
        case Document() | Copy(content=None):
            text, extension = json.dumps(item.body, indent=2, default=str), ".json"
        case _:
            return
    with suppress(Problem, *STUMBLES), work.attempt():
        _keep(work, body, item.name, text, extension)


def _keep(work: Work, body: Import, name: str, text: str, extension: str) -> None:
    data = text.encode("utf-8", "replace")
    sha256 = hashlib.sha256(data).hexdigest()
    md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    stem = name.removesuffix(extension)
    kept = NotUnderstood(name=f"{stem} {sha256[:8]}{extension}", why="")
    _kept(work, body, kept, Content(sha256, md5, len(data), data), None, None)


def folder_of(work: Work, body: Import) -> str:
    """The folder with what was not understood, made when it is first needed."""
    if not body.folder or not _is_there(work, body.folder):
        locale = homes.profile(work).locale
        name = NOT_UNDERSTOOD.get(locale, NOT_UNDERSTOOD["en"])
        body.folder = folder_at(work, files.ROOT, [FOLDER, held(body.title), name])
    return body.folder


def _is_there(work: Work, folder: str) -> bool:
    try:
        return not files.fetch(work, folder).is_trashed
    except Problem:
        return False
