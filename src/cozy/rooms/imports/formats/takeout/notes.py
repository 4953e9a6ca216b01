"""Google Keep: notes as Markdown, their pictures beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...model import Entry, Format, Item, Match, NotUnderstood, Tree
from .. import reasons
from ..making import copied, loaded, written
from ..notebooks.front import noted
from ..reading.texts import as_name
from . import keep

_FOLDER = "Google Keep"
_TRIED = 5  # JSON files of a folder that are opened to know what they are


def recognise(tree: Tree) -> Match | None:
    """The folder that holds a note of Keep, whatever it is called."""
    tried: dict[str, int] = {}
    for entry in tree.ending(".json"):
        tried[entry.folder] = tried.get(entry.folder, 0) + 1
        if tried[entry.folder] <= _TRIED and keep.is_note(loaded(tree, entry, 4_000_000)):
            return Match(under=(f"{entry.folder}/" if entry.folder else "",))
    return None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Each note and what hangs on it; the same notes as HTML and the list of labels say nothing new."""
    beside = {entry.base: entry for entry in tree.entries}
    by_stem = {
        entry.base.rpartition(".")[0]: entry
        for entry in tree.entries
        if entry.extension not in {".json", ".html", ".txt"}
    }
    used: set[str] = set()
    notes: set[str] = set()
    for entry in tree.ending(".json"):
        said = loaded(tree, entry)
        if not keep.is_note(said):
            yield NotUnderstood(name=entry.name, why=reasons.NO_NOTE)
            continue
        notes.add(entry.name.removesuffix(".json"))
        note = keep.note(said)
        attached = {
            name: beside.get(name) or by_stem.get(name.rpartition(".")[0]) for name in note.attachments
        }
        yield _file(entry, note, attached)
        for one in attached.values():
            if one and one.name not in used:
                used.add(one.name)
                yield copied(one, f"{_FOLDER}/files/{one.base}")
    for entry in tree.entries:
        is_twin = entry.extension == ".html" and entry.name.removesuffix(".html") in notes
        if (
            entry.extension != ".json"
            and entry.name not in used
            and not is_twin
            and entry.extension != ".txt"
        ):
            yield copied(entry, f"{_FOLDER}/files/{entry.base}")


def _file(entry: Entry, note: keep.Note, attached: Mapping[str, Entry | None]) -> Item:
    lines = [_embedded(one.base) if one else f"(missing: {name})" for name, one in attached.items()]
    text = "\n\n".join(filter(None, (note.text, "\n".join(lines))))
    title = note.title or next((line for line in note.text.splitlines() if line.strip()), "")[:60]
    folder = f"{_FOLDER}/Bin" if note.is_trashed else f"{_FOLDER}/Archive" if note.is_archived else _FOLDER
    return written(
        entry, f"note/{entry.base}", f"{folder}/{as_name(title, entry.base.removesuffix('.json'))}.md",
        noted(text, title=note.title, labels=note.labels), note.modified,
        created=note.created, tags=tuple(note.labels), is_favourite=note.is_pinned, mime="text/markdown",
    )  # fmt: skip


def _embedded(name: str) -> str:
    path = f"files/{name}".replace(" ", "%20")
    is_picture = name.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp"))
    return f"![{name}]({path})" if is_picture else f"[{name}]({path})"


FORMAT = Format(name="google.keep", title="Google Keep", recognise=recognise, items=items)
