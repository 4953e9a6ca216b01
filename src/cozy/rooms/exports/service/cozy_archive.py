"""The archive that every Cozy reads (cozy-stack, docs/move.md and model/move): documents one by one, and contents after theirs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.documents.model import Document
from cozy.rooms.files import service as files
from cozy.rooms.files.model import FILES, VERSIONS
from cozy.rooms.homes import service as homes

from .. import store
from ..model import Export, LeftOut, Line
from . import handing, leaving
from .names import plain
from .spool import Spool
from .writing import Close

TOP = "My Cozy"
DATA, CONTENTS = f"{TOP}/Data", f"{TOP}/Files"
_SMALLEST = 1024**3  # bytes of a part
_encode = msgspec.json.Encoder().encode


def part_size(size: int, wished: int = 0) -> int:
    """As every Cozy cuts an archive of this size: a home with four times as much has twice as many parts, twice as large."""
    if wished >= _SMALLEST:
        return wished
    return int(_SMALLEST * math.sqrt(max(size / _SMALLEST, 1)))


async def gather_in(house: House, home: Home, spool: Spool, export: Export) -> Close:
    """Write the lines of everything in a home, as it is at this moment."""
    await house.scan(home, SYSTEM, gather, spool, export.doctypes, moves=export.moves)
    return _nothing_more


async def _nothing_more() -> None:
    """An archive has no line that tells of the others."""


def gather(work: Work, spool: Spool, only: Collection[str], *, moves: bool = False) -> None:
    """The same, in one read of the home: documents, folders from the topmost on, files and versions by their ids.

    only: of these doctypes; of all where it is empty. moves: the home is handed over.
    """
    at = iso(work.now)
    spool.made(f"{DATA}/instance.json", at, [_encode(_instance(work))])
    with_values = collections.inline.doctypes(work)
    for doctype in leaving.doctypes(work):
        if doctype not in {FILES, VERSIONS} and (not only or doctype in only):
            for document in leaving.documents(work, doctype):
                body = document.body
                whole = collections.inline.filled(work, body) if doctype in with_values else body
                told = leaving.body(doctype, whole, moves=moves)
                _document(spool, document, handing.filled(work, document, told) if moves else told, at)
    if moves:
        for doctype, id_, told in handing.beside(work):
            spool.made(f"{DATA}/{doctype}/{id_}.json", at, [_encode({"_id": id_, **told})])
    if not only or FILES in only:
        _tree(work, spool, at)
    if not only or VERSIONS in only:
        for version in store.each(work, VERSIONS):
            _with_content(work, spool, version, f"{CONTENTS}/{version.id}", at)


def _tree(work: Work, spool: Spool, at: str) -> None:
    paths: dict[str, str] = {}
    for folder in store.folders(work):
        paths[folder.id] = str(folder.body["path"]).rstrip("/")
        _document(spool, folder, folder.body, at)
    for file in _files(work):
        if (above := paths.get(str(file.body.get("dir_id")))) is None:
            spool.left_out.append(LeftOut(str(file.body.get("name")), "it is in no folder"))
        else:
            _with_content(work, spool, file, f"{CONTENTS}{above}/{file.body['name']}", at)


def _instance(work: Work) -> dict[str, Any]:
    """What is told of the home itself."""
    profile = homes.profile(work)
    return {
        "domain": work.domain, "locale": profile.locale, "uuid": work.home, "onboarding_finished": True,
    }  # fmt: skip


def _files(work: Work) -> Iterator[Document]:
    return (each for each in store.each(work, FILES) if each.body.get("type") == "file")


def _document(
    spool: Spool, document: Document, body: Mapping[str, Any], at: str, *, with_next: bool = False
) -> None:
    told = {"_id": document.id, "_rev": document.rev, **body}
    spool.made(_path(document), at, [_encode(told)], with_next=with_next)


def _path(document: Document) -> str:
    """Where a document is: below its type, under its id, which may go through folders."""
    id_ = document.id
    if any(plain(step) != step for step in id_.split("/")):
        id_ = f"{plain(id_)}-{hashlib.sha256(id_.encode()).hexdigest()[:8]}"
    return f"{DATA}/{document.doctype}/{id_}.json"


def _with_content(work: Work, spool: Spool, document: Document, path: str, at: str) -> None:
    """A document, and what it holds right after it; neither where that is missing: another one would be taken for it."""
    sha256 = str(document.body.get("sha256") or "")
    content = files.content_by_hash(work, sha256)
    if content is None:
        spool.left_out.append(LeftOut(path, "its content is missing in the home"))
        return
    _document(spool, document, document.body, at, with_next=True)
    modified = str(document.body.get("updated_at") or at)
    spool.add(Line(path, modified, content.size, sha256, executable=bool(document.body.get("executable"))))
