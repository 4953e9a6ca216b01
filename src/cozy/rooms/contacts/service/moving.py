"""Cards in files: brought in, each added, updated or refused by itself, and given out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec import Struct

from cozy.dav import lines
from cozy.dav.lines import Component
from cozy.dav.problems import BadLine
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.permissions import service as permissions

from .. import store
from ..model import CONTACTS, GROUPS, versions
from ..model.people import Refused, Report, is_trashed
from . import people
from .kind import DEFAULT_BOOK, VCARD, card_of, text_of

AT_ONCE = 100  # cards of one transaction
_KIND = "contacts"
_NAME = re.compile(r"^(?:[\w-]+\.)?(?:FN|N)(?:;[^:\n]*)?:(.+)$", re.IGNORECASE | re.MULTILINE)
_UID = re.compile(r"^(?:[\w-]+\.)?UID[;:]", re.IGNORECASE | re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,100}")
_NOT_CONTENT = {"UID", "REV", "PRODID", "VERSION"}
_LARGE = {"PHOTO", "LOGO", "SOUND", "KEY"}


class Piece(Struct, frozen=True):
    """One card of a file. line: of the file, where it begins."""

    line: int
    text: str


async def bring_in(
    house: House, home: Home, caller: Caller, files: Sequence[bytes], book: str = DEFAULT_BOOK
) -> Report:
    """Bring in all cards of these files, some at a time; what came of them. Raises NoCollection, NobodyIn, NotAllowed."""
    all_ = [piece for file in files for piece in pieces(file)]
    known = await house.scan(home, caller, contents, all_, book)
    report = Report()
    for start in range(0, len(all_), AT_ONCE):
        batch = all_[start : start + AT_ONCE]
        report = _sum(report, await house.write(home, caller, take, batch, book, known))
    return report


def _sum(one: Report, other: Report) -> Report:
    return Report(
        one.added + other.added,
        one.updated + other.updated,
        one.same + other.same,
        (*one.refused, *other.refused),
    )


def pieces(content: bytes) -> Iterator[Piece]:
    """The cards of a file, whatever its charset and its line ends are."""
    return (Piece(line, text) for line, text in lines.split(lines.decode(content), VCARD))


def take(
    work: Work, batch: Sequence[Piece], book: str = DEFAULT_BOOK, known: dict[str, str] | None = None
) -> Report:
    """Take cards in: one whose UID is known, or whose content is, is that person, and adds nobody.

    known: what `contents` says, which is kept up to date. Raises NoCollection, NobodyIn, NotAllowed.
    """
    collections.items.entries(work, _KIND, book, limit=1)
    known = contents(work, batch, book) if known is None else known
    counts = {"added": 0, "updated": 0, "same": 0}
    refused: list[Refused] = []
    for piece in batch:
        try:
            with work.attempt():
                counts[_take_one(work, piece, book, known)] += 1
        except (BadLine, Problem) as problem:
            refused.append(_refusal(piece, problem))
    return Report(**counts, refused=tuple(refused))


def _refusal(piece: Piece, problem: Problem) -> Refused:
    named = _NAME.search(piece.text)
    name = " ".join(filter(None, lines.texts(named[1].strip(), ";")))[:100] if named else ""
    line = problem.facts.get("line", piece.line)
    return Refused(name, int(line), str(problem.facts.get("reason") or problem.detail))


def _take_one(work: Work, piece: Piece, book: str, known: dict[str, str]) -> str:
    card = _card(piece)
    content = _content(card)
    uid = card.value("UID").strip()
    name = _with_uid(work, book, uid) if uid else known.get(_content(card, with_large=False), "")
    there = collections.items.many(work, _KIND, book, [name]) if name else []
    if there and _content(lines.parse(there[0].text)[0]) == content:
        return "same"
    if not uid:
        uid = str(UUID(content[:32]))
        card = Component(card.name, (*card.parts, lines.make("UID", uid)), card.begin, card.end)
    name = name if there else _free_name(work, book, uid)
    entry, _ = collections.items.put(work, _KIND, book, name, lines.write([card]))
    known[_content(card, with_large=False)] = entry.name
    return "updated" if there else "added"


def _card(piece: Piece) -> Component:
    """The card of a piece, in a version that is kept. Raises BadLine, BadText."""
    found = lines.parse(piece.text, piece.line)
    if len(found) == 1 and found[0].name == VCARD and versions.version_of(found[0]) in {"", "2.1"}:
        return versions.from_21(found[0])
    return card_of(piece.text, piece.line)


def _content(card: Component, *, with_large: bool = True) -> str:
    """What a card says, whatever the order and the folds: a digest. with_large: its photos too."""
    left_out = _NOT_CONTENT if with_large else _NOT_CONTENT | _LARGE
    said = sorted(
        f"{line.name}:{line.value}"
        for line in card.lines()
        if line.name not in left_out and line.value.strip(";")
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def said(text: str) -> str:
    """A digest of what a card says, whatever the order and the folds of its lines, and its UID are; "" for what is none."""
    try:
        return _content(_card(Piece(1, text)))
    except (BadLine, Problem):
        return ""


def says_the_same(text: str, other: str) -> bool:
    """Whether two cards say the same."""
    return said(text) == said(other) != ""


def _with_uid(work: Work, book: str, uid: str) -> str:
    found = collections.items.with_uid(work, _KIND, uid)
    return next((each.name for each in found if each.collection == book), "")


def contents(work: Work, batch: Sequence[Piece], book: str = DEFAULT_BOOK) -> dict[str, str]:
    """The name of the card of a book that says a content, by its digest; nothing where every card has a UID."""
    found: dict[str, str] = {}
    if all(_UID.search(piece.text) for piece in batch):
        return found
    after = ""
    while page := collections.items.kept(work, _KIND, book, after):
        for item in page:
            found.setdefault(_content(lines.parse(item.text)[0], with_large=False), item.entry.name)
        after = page[-1].entry.name
    return found


def _free_name(work: Work, book: str, uid: str) -> str:
    name = f"{uid if _PLAIN.fullmatch(uid) else hashlib.sha256(uid.encode()).hexdigest()[:32]}.vcf"
    taken = collections.items.many(work, _KIND, book, [name])
    return f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.vcf" if taken else name


def ids_in(work: Work, group: str = "") -> list[str]:
    """Whom a file of everybody, or of a group, holds: in the order of the list. Raises NobodyIn, NotAllowed."""
    return [person.id for person in people.all_(work, group)]


def cards_of(work: Work, ids: Sequence[str], version: str = "3.0") -> str:
    """The cards of these people, one after the other. version: `3.0` or `4.0`. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", CONTACTS, None, None)
    by_id = {item.entry.id: item.text for item in collections.items.of_ids(work, CONTACTS, ids)}
    return "".join(text_of(by_id[id_], version) for id_ in ids if id_ in by_id)


def cards_of_groups(work: Work, version: str = "3.0") -> str:
    """The cards of the groups that have some of their own. Raises NobodyIn, NotAllowed."""
    ids = [group.id for group in store.groups(work) if not is_trashed(group.body)]
    return "".join(text_of(item.text, version) for item in collections.items.of_ids(work, GROUPS, ids))
