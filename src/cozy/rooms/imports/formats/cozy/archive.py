"""The archive that every Cozy makes (cozy-stack, model/move): zips of documents and files, or the tar of documents on a server.

In a zip the content of a file is the entry after its document. Where it is missing, the next entry is another document: so its name
is looked at first. Unpacked, it is found by the path that the folders' documents tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...model import MOVES_FROM, Entry, Format, Item, Match, NotUnderstood, Tree
from .. import reasons
from ..making import loaded
from . import shares
from .documents import FILES, NAME, OWN_FOLDERS, VERSIONS, Staying, copy, is_document, rank, stays

_DOCUMENT = re.compile(r"((?:[^/]+/){0,2}?)(Data/)?(io\.cozy\.[a-z0-9._]+)/.+\.json")
_INSTANCE = "instance.json"
_ROOT = "io.cozy.files.root-dir"


def recognise(tree: Tree) -> Match | None:
    """`My Cozy/Data/io.cozy.…/….json`, below whatever folder; or a tar that begins with `instance.json`."""
    for entry in tree.entries:
        if (found := _DOCUMENT.fullmatch(entry.name)) and (found[2] or tree.find(f"{found[1]}{_INSTANCE}")):
            top = found[1]
            return Match((top,), {"data": top + (found[2] or ""), "files": f"{top}Files/"})
    return None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Every document, what is put into something after it; of a Cozy that moves what others may see of it, at last."""
    data, contents = str(match.facts["data"]), str(match.facts["files"])
    before = str(match.facts.get(MOVES_FROM, ""))
    staying, apart = Staying(), {FILES, VERSIONS, *(shares.DOCTYPES if before else ())}
    entries = _documents(tree, data)
    ids = _ids(entries)
    for doctype, entry in entries:
        if doctype in apart:
            continue
        yield from _one(tree, doctype, entry, staying, ids[doctype])
    folders = _folders(tree, [entry for doctype, entry in entries if doctype == FILES])
    for _, name, told in sorted(folders.values(), key=lambda each: each[0]):
        if told["_id"] not in OWN_FOLDERS:
            yield copy(FILES, told, name)
    paths = {id_: path.rstrip("/") for id_, (path, _, _) in folders.items()}
    after = _after(tree, contents)
    for doctype, entry in entries:
        if doctype in {FILES, VERSIONS}:
            yield from _with_content(tree, doctype, entry, contents, paths, after)
    if before:
        yield from shares.items(tree, [each for each in entries if each[0] in shares.DOCTYPES], before)
    yield from staying.items()


def _documents(tree: Tree, data: str) -> list[tuple[str, Entry]]:
    """The doctype and the entry of each document, in the order in which they are to come."""
    found = [
        (doctype, entry)
        for entry in tree.entries
        if entry.name.startswith(data) and entry.extension == ".json"
        for doctype, slash, _ in [entry.name[len(data) :].partition("/")]
        if slash
    ]
    return sorted(found, key=lambda each: rank(each[0]))


def _ids(entries: list[tuple[str, Entry]]) -> dict[str, frozenset[str]]:
    """The ids of all that is no file, by doctype: each is the name of its entry."""
    found: dict[str, set[str]] = {}
    for doctype, entry in entries:
        if doctype not in {FILES, VERSIONS}:
            found.setdefault(doctype, set()).add(entry.base.removesuffix(".json"))
    return {doctype: frozenset(ids) for doctype, ids in found.items()}


def _one(tree: Tree, doctype: str, entry: Entry, staying: Staying, among: frozenset[str]) -> Iterator[Item]:
    told = loaded(tree, entry)
    if not is_document(told):
        yield NotUnderstood(name=entry.name, why=reasons.BROKEN)
    elif shares.is_trigger(doctype, told):
        return
    elif why := stays(doctype, told["_id"]):
        staying.saw(doctype, told["_id"], why)
    else:
        yield copy(doctype, told, entry.name, among=among)


def _folders(tree: Tree, entries: list[Entry]) -> dict[str, tuple[str, str, Mapping[str, Any]]]:
    """The path, the entry and the document of each folder, by id."""
    found: dict[str, tuple[str, str, Mapping[str, Any]]] = {
        _ROOT: ("", "", {"_id": _ROOT, "type": "directory"})
    }
    for entry in entries:
        told = loaded(tree, entry)
        if is_document(told) and told.get("type") == "directory":
            found[told["_id"]] = (str(told.get("path") or ""), entry.name, told)
    return found


def _after(tree: Tree, contents: str) -> dict[str, str]:
    """The name of the entry after each document, where it is a content."""
    return {
        entry.name: following.name
        for entry, following in zip(tree.entries, tree.entries[1:], strict=False)
        if following.name.startswith(contents) and not entry.name.startswith(contents)
    }


def _with_content(
    tree: Tree, doctype: str, entry: Entry, contents: str, paths: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Item]:
    told = loaded(tree, entry)
    if not is_document(told):
        yield NotUnderstood(name=entry.name, why=reasons.BROKEN)
    elif told.get("type") != "directory" or doctype == VERSIONS:
        content = _content(tree, told, _expected(doctype, told, contents, paths), after.get(entry.name, ""))
        yield copy(doctype, told, content or entry.name, content)


def _expected(doctype: str, told: Mapping[str, Any], contents: str, paths: Mapping[str, str]) -> str:
    """Where the content of a file or version is by its document; "" where its folder is not known."""
    if doctype == VERSIONS:
        return f"{contents}{told['_id']}"
    folder = paths.get(str(told.get("dir_id")))
    return "" if folder is None else f"{contents}{folder[1:]}/{told.get('name')}".replace("//", "/")


def _content(tree: Tree, told: Mapping[str, Any], expected: str, following: str) -> str | None:
    """The name of the content: that which is expected, wherever it is; else what comes after, where it is as long as it should be."""
    if expected and (expected == following or tree.find(expected) is not None):
        return expected
    entry = tree.find(following) if following else None
    return following if entry is not None and str(entry.size) == str(told.get("size")) else None


FORMAT = Format(NAME, "Cozy", recognise, items)
