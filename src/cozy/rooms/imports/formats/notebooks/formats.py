"""The formats of notes, one row each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote, unquote

from ...model import Entry, File, Format, Item, Match, NotUnderstood, Tree
from .. import reasons
from ..making import Names, copied, each, head, loaded, written
from ..reading.texts import as_name, decoded
from . import enex, jsons
from .front import noted

_LARGEST_COPY = 8 * 1024 * 1024  # bytes of a note that is there a second time
_TRIED = 200  # JSON files that are opened to know what they are
_NOTION_ID = re.compile(r" [0-9a-f]{32}(?=(\.\w+|_all\.csv)?$)")
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")


def _recognise_enex(tree: Tree) -> Match | None:
    """Evernote's files: a notebook each."""
    found = tuple(entry.name for entry in tree.ending(".enex", ".xml") if enex.is_enex(head(tree, entry)))
    return Match(under=found) if found else None


def _enex_items(tree: Tree, match: Match) -> Iterator[Item]:
    """Each note as Markdown in a folder of its notebook, its attachments in one of its own beside it."""
    names = Names()

    def read(tree: Tree, entry: Entry) -> Iterator[Item]:
        notebook = f"Evernote/{as_name(entry.base.rpartition('.')[0])}"
        with tree.open(entry.name) as stream:
            for note in enex.notes(stream):
                yield from _enex_note(names, entry, notebook, note)

    return each(tree, list(tree.entries), read)


def _enex_note(names: Names, entry: Entry, notebook: str, note: enex.Note) -> Iterator[Item]:
    place = f"{note.lat}, {note.long}" if note.lat is not None and note.long is not None else ""
    text = noted(
        note.text, title=note.title, labels=note.tags, source=note.source, author=note.author, place=place
    )
    source = names.of(notebook, note.title, note.created)
    folder = as_name(note.title)
    yield written(
        entry,
        source,
        f"{notebook}/{folder}.md",
        text,
        note.modified,
        created=note.created,
        tags=tuple(note.tags),
        mime="text/markdown",
    )
    for attachment in note.attachments:
        yield File(
            source=f"{source}/{attachment.name}", name=entry.name, path=f"{notebook}/{folder}/{attachment.name}",
            content=attachment.content, modified=note.modified, created=note.created,
        )  # fmt: skip
    for name in note.unread:
        yield NotUnderstood(
            name=f"{entry.name} ({note.title}, {name})", why=reasons.BROKEN_ATTACHMENT, content=b""
        )


def _json_format(
    name: str, title: str, is_one: Callable[[Any], bool], read: Callable[[Any], Iterator[jsons.Note]]
) -> Format:
    def recognise(tree: Tree) -> Match | None:
        found: list[str] = []
        beside: list[str] = []
        for entry in islice(tree.ending(".json", ".txt"), _TRIED):
            said = loaded(tree, entry) if head(tree, entry, 400).lstrip()[:1] == b"{" else None
            if is_one(said):
                found.append(entry.name)
                beside.extend(_copies(tree, entry, said))
        return Match(under=(*found, *beside), facts={"notes": found}) if found else None

    def items(tree: Tree, match: Match) -> Iterator[Item]:
        entries = [entry for entry in tree.entries if entry.name in match.facts["notes"]]
        return each(tree, entries, lambda tree, entry: _json_notes(title, read, loaded(tree, entry), entry))

    return Format(name=name, title=title, recognise=recognise, items=items)


def _copies(tree: Tree, backup: Entry, said: Any) -> Iterator[str]:
    """The files of an archive that say nothing but what its JSON says, which also tells dates and tags."""
    around = backup.folder.removesuffix("source").rstrip("/")
    known = jsons.copies(said)
    for entry in tree.ending(".txt", ".json", ".md", ".html"):
        inner = entry.folder.removeprefix(around).strip("/") if entry.folder.startswith(around) else "?"
        is_beside = inner in {"", "trash"} or inner.partition("/")[0] == "Items"
        if not is_beside or entry.name == backup.name or entry.size > _LARGEST_COPY:
            continue
        if jsons.squeezed(decoded(head(tree, entry, _LARGEST_COPY))) in known:
            yield entry.name


def _json_notes(
    title: str, read: Callable[[Any], Iterator[jsons.Note]], said: Any, entry: Entry
) -> Iterator[Item]:
    for note in read(said):
        folder = f"{title}/Bin" if note.is_trashed else title
        name = as_name(note.title or note.text.strip().partition("\n")[0][:60])
        text = noted(note.text, title=note.title, labels=note.tags)
        yield written(
            entry,
            note.id or name,
            f"{folder}/{name}.md",
            text,
            note.modified,
            created=note.created,
            tags=tuple(note.tags),
            mime="text/markdown",
        )
    if "items" in said and jsons.locked(said):
        yield NotUnderstood(name=entry.name, why=reasons.ENCRYPTED_NOTES)


def _recognise_notion(tree: Tree) -> Match | None:
    """Notion's Markdown: names that end with 32 digits of an id."""
    found = [entry for entry in tree.ending(".md", ".csv") if _NOTION_ID.search(entry.base)]
    if not found:
        return None
    top = found[0].name.partition("/")[0] if "/" in found[0].name else ""
    is_wrapped = (
        top and not _NOTION_ID.search(top) and all(entry.name.startswith(f"{top}/") for entry in found)
    )
    return Match(under=(f"{top}/",) if is_wrapped else ("",))


def _notion_items(tree: Tree, match: Match) -> Iterator[Item]:
    """Every page and file, at its place, without ids in names and links; two pages of one name keep the ids that tell them apart."""
    top = len(match.under[0])
    plain: dict[str, int] = {}
    for entry in tree.entries:
        plain[_bare(entry.name[top:]).lower()] = plain.get(_bare(entry.name[top:]).lower(), 0) + 1

    def place(name: str) -> str:
        return _bare(name) if plain.get(_bare(name).lower(), 1) == 1 else name

    def read(tree: Tree, entry: Entry) -> Iterator[Item]:
        path = f"Notion/{place(entry.name[top:])}"
        if entry.extension != ".md":
            yield copied(entry, path)
            return
        text = decoded(tree.read(entry.name))
        here = entry.folder[top:]
        linked = _LINK.sub(lambda found: found[1] + _relinked(found[2], here, place) + found[3], text)
        yield written(entry, f"page/{entry.name[top:]}", path, linked, entry.modified, mime="text/markdown")

    return each(tree, list(tree.entries), read)


def _relinked(target: str, folder: str, place: Callable[[str], str]) -> str:
    """A link within the export, to where the page is now."""
    if "://" in target or target.startswith(("#", "mailto:")):
        return target
    path = unquote(target)
    moved = place(f"{folder}/{path}" if folder else path)
    bare_folder = _bare(folder)
    return quote(moved.removeprefix(f"{bare_folder}/") if bare_folder else moved)


def _bare(path: str) -> str:
    return "/".join(_NOTION_ID.sub("", step) for step in path.split("/"))


ENEX = Format(name="evernote", title="Evernote", recognise=_recognise_enex, items=_enex_items)
NOTION = Format(name="notion", title="Notion", recognise=_recognise_notion, items=_notion_items)
STANDARD_NOTES = _json_format(
    "standardnotes", "Standard Notes", jsons.is_standard_notes, jsons.standard_notes
)
SIMPLENOTE = _json_format("simplenote", "Simplenote", jsons.is_simplenote, jsons.simplenote)

FORMATS = (ENEX, NOTION, STANDARD_NOTES, SIMPLENOTE)
