"""Files: the tree, the versions, the links, and the contents that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cozy.kernel.db import Row
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files.model import RESERVED, ROOT, TRASH, TRASH_PATH, clean_name, join, order_key

from .. import store
from ..model import Finding, Report

_TEXTS = {"directory": ("name", "dir_id", "path"), "file": ("name", "dir_id", "size", "md5sum", "sha256")}
_KINDS = ("referenced_by", "not_synchronized_on")


def check(work: Work, report: Report) -> None:
    """Report what is wrong with files and folders. The sums of folders are looked at where the tree is whole: else they
    cannot be right.
    """
    is_whole = True
    for finding in _tree(work):
        report(finding)
        is_whole = False
    if is_whole:
        for id_, kept, real in store.wrong_sums(work, TRASH):
            report(Finding("sum-wrong", id_, {"kept": int(kept), "below": int(real)}))


def _tree(work: Work) -> Iterator[Finding]:
    inside_themselves = _cycles(work)
    for id_ in sorted(inside_themselves):
        yield Finding("folder-cycle", id_)
    for id_, kind in ((ROOT, "root-missing"), (TRASH, "trash-missing")):
        if store.file_body(work, id_) is None:
            yield Finding(kind, id_)
    for first, second, folder in store.shared_names(work):
        yield Finding("name-shared", second, {"with": first, "folder": folder})
    yield from _files(work, inside_themselves)
    yield from _versions(work)
    yield from _extra_links(work)


def _cycles(work: Work) -> set[str]:
    """The folders on a way that leads back to itself; those below them are only lost with them."""
    parents = dict(store.unreached(work, ROOT))
    found: set[str] = set()
    for start in parents:
        way = [start]
        while (parent := parents.get(way[-1])) is not None and parent not in way:
            way.append(parent)
        if parent == start:
            found.add(start)
    return found


def _files(work: Work, inside_themselves: set[str]) -> Iterator[Finding]:
    for row in store.files(work):
        body = msgspec.json.decode(row[1])
        if not _is_whole(body):
            yield Finding("file-malformed", row[0])
            continue
        yield from _place(row, body, inside_themselves)
        yield from _looks(row, body)
        if body["type"] == "file":
            yield from _content(row[0], body, row[6:])
        yield from _links(work, row[0], body)


def _is_whole(body: Any) -> bool:
    """Whether the members that everything rests on are there."""
    if not isinstance(body, dict) or body.get("type") not in _TEXTS:
        return False
    texts = all(isinstance(body.get(name), str) for name in _TEXTS[body["type"]])
    return texts and (
        body["type"] == "directory" or (body["size"].isdecimal() and isinstance(body.get("trashed"), bool))
    )


def _place(row: Row, body: Mapping[str, Any], inside_themselves: set[str]) -> Iterator[Finding]:
    id_, _, _, parent, parent_type, parent_path, *_ = row
    if id_ == ROOT:
        if body["path"] != "/":
            yield Finding("path-wrong", id_)
    elif parent is None:
        yield Finding("parent-missing", id_, {"parent": body["dir_id"]})
    elif parent_type != "directory":
        yield Finding("parent-not-folder", id_, {"parent": parent})
    elif body["type"] == "file":
        is_trashed = parent_path == TRASH_PATH or str(parent_path).startswith(TRASH_PATH + "/")
        if body["trashed"] != is_trashed:
            yield Finding("trashed-wrong", id_)
    elif id_ not in inside_themselves and body["path"] != join(str(parent_path), body["name"]):
        yield Finding("path-wrong", id_)


def _looks(row: Row, body: Mapping[str, Any]) -> Iterator[Finding]:
    id_, _, sort_key, *_ = row
    if id_ not in RESERVED and not _is_clean(body["name"]):
        yield Finding("name-wrong", id_)
    if sort_key != order_key(body):
        yield Finding("sort-key-wrong", id_)


def _is_clean(name: str) -> bool:
    try:
        return clean_name(name) == name
    except Problem:
        return False


def _content(id_: str, body: Mapping[str, Any], content: Row) -> Iterator[Finding]:
    sha256, size, md5 = content
    if sha256 is None:
        yield Finding("content-missing", id_, {"sha256": body["sha256"]})
    elif (str(size), md5) != (body["size"], body["md5sum"]):
        yield Finding("content-mismatch", id_, {"sha256": sha256})


def _versions(work: Work) -> Iterator[Finding]:
    for id_, text, *content in store.versions(work):
        body = msgspec.json.decode(text)
        if not isinstance(body, dict) or not all(
            isinstance(body.get(m), str) for m in ("size", "md5sum", "sha256")
        ):
            yield Finding("file-malformed", id_)
            continue
        if store.file_body(work, id_.partition("/")[0]) is None:
            yield Finding("version-orphan", id_)
        yield from _content(id_, body, tuple(content))


def _links(work: Work, id_: str, body: Mapping[str, Any]) -> Iterator[Finding]:
    """A file that says it is linked: the index must say exactly the same."""
    said = _said(body)
    if not said:
        return
    indexed = store.links_of(work, id_)
    for kind, doctype, target in sorted(said - indexed):
        yield Finding("link-missing", id_, {"kind": kind, "target": f"{doctype}/{target}"})
    for kind, doctype, target in sorted(indexed - said):
        yield Finding("link-extra", id_, {"kind": kind, "target": f"{doctype}/{target}"})


def _said(body: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {(kind, str(link["type"]), str(link["id"])) for kind in _KINDS for link in body.get(kind) or ()}


def _extra_links(work: Work) -> Iterator[Finding]:
    """Rows of the index for files that are gone or say nothing."""
    for (id_,) in store.linked_files(work):
        text = store.file_body(work, id_)
        body = msgspec.json.decode(text) if text else None
        if body is None or not _said(body):
            for kind, doctype, target in sorted(store.links_of(work, id_)):
                yield Finding("link-extra", id_, {"kind": kind, "target": f"{doctype}/{target}"})
