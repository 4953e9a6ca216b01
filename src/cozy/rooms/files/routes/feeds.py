"""Many files at once: by their ids, by what changed, by a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Change, Query, spelled
from cozy.web import jsonapi
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..model import FILES, TRASH, TRASH_PATH, File, join
from . import shapes

CHANGES_LIMIT = 10_000
FIND_LIMIT, FIND_MOST = 100, 1000
UNKNOWN = 2**31 - 2  # how clients are told that there is more, without counting it
_ALWAYS = ("type", "class", "size", "trashed")
_CHANGES_TAKES = {
    "since",
    "limit",
    "include_docs",
    "fields",
    "include_file_path",
    "skip_deleted",
    "skip_trashed",
}

routes = Routes()


class Keys(Struct, frozen=True):
    """The body of _all_docs."""

    keys: list[str]


@routes.on("POST", "/files/_all_docs", may("GET", FILES), writes=False)
def all_docs(work: Work, call: Call, body: Keys) -> Response:
    """Those of these files and folders that exist, files with their paths. 200; 400, 403."""
    files = [file for file in service.many(work, body.keys) if file.id != TRASH]
    call.account(len(files))
    folders, seal = service.paths_around(work, files), service.sealing(work)
    return jsonapi.answer([shapes.file_at(file, seal, folders) for file in files])


class Asked(Struct, frozen=True):
    """What a client wants of the changes feed."""

    since: int
    limit: int
    with_docs: bool
    fields: frozenset[str]  # empty: all
    with_paths: bool
    without_deleted: bool
    without_trashed: bool


@routes.on("GET", "/files/_changes", may("GET", FILES))
async def changes(call: Call) -> Response:
    """What changed since a moment, in CouchDB's form. 200; 400, 403."""
    return await call.scan(_changes, call, _asked(call))


def _asked(call: Call) -> Asked:
    """Raises Malformed."""
    for name in call.request.query_params:
        if name not in _CHANGES_TAKES:
            raise Malformed(f"Unsupported query parameter '{name}'", parameter=name)
    with_docs = call.query("include_docs") == "true"
    with_paths, without_trashed = bool(call.query("include_file_path")), bool(call.query("skip_trashed"))
    if not with_docs and (with_paths or without_trashed):
        raise Malformed("Invalid options: include_docs should be set to true", parameter="include_docs")
    fields = frozenset(filter(None, call.query("fields").split(",")))
    if fields and (with_paths or without_trashed):
        fields |= {"type", "name", "dir_id"}
    return Asked(
        _since(call.query("since")), _limit(call.query("limit")), with_docs, fields, with_paths,
        bool(call.query("skip_deleted")), without_trashed,
    )  # fmt: skip


def _since(text: str) -> int:
    """A seq as we give it, or as CouchDB does: a number, then anything after a dash."""
    number = text.partition("-")[0] or "0"
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        raise Malformed(f"Invalid since value '{text}'", parameter="since")
    return int(number)


def _limit(text: str) -> int:
    if not text:
        return CHANGES_LIMIT
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise Malformed(f"Invalid limit value '{text}'", parameter="limit")
    return min(int(text) or CHANGES_LIMIT, CHANGES_LIMIT)


def _changes(work: Work, call: Call, asked: Asked) -> Response:
    feed = service.changes(work, asked.since, asked.limit, with_paths=asked.with_paths)
    results = [_change(change, asked, feed.paths) for change in feed.changes if _is_wanted(change, asked)]
    call.account(len(results))
    return json({"last_seq": spelled(feed.last_seq), "pending": feed.pending, "results": results})


def _is_wanted(change: Change, asked: Asked) -> bool:
    if change.deleted:
        return not asked.without_deleted
    if not asked.without_trashed:
        return True
    if change.body["type"] == "file":
        return not change.body["trashed"]
    return change.id != TRASH and not str(change.body["path"]).startswith(f"{TRASH_PATH}/")


def _change(change: Change, asked: Asked, folders: dict[str, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": change.id, "seq": spelled(change.seq), "changes": [{"rev": change.rev}]}
    if change.deleted:
        shown["deleted"] = True
    if asked.with_docs:
        shown["doc"] = _doc(change, asked, folders)
    return shown


def _doc(change: Change, asked: Asked, folders: dict[str, str]) -> dict[str, Any]:
    doc: dict[str, Any] = {"_id": change.id, "_rev": change.rev, **change.body}
    if change.deleted:
        doc["_deleted"] = True
    if asked.fields:
        doc = {name: value for name, value in doc.items() if name in asked.fields}
    if asked.with_paths and change.body.get("type") == "file" and change.body["dir_id"] in folders:
        doc["path"] = join(folders[change.body["dir_id"]], change.body["name"])
    return doc


@routes.on("POST", "/files/_find", may("GET", FILES), writes=False)
async def find(call: Call) -> Response:
    """The files and folders that meet a Mango selector, a page at a time. 200; 400, 403."""
    query = await call.decoded(Query)
    limit, skip = jsonapi.page_limit(call, query.limit or FIND_LIMIT, FIND_MOST), jsonapi.page_skip(call)
    bookmark = call.query("page[cursor]") or call.query("cursor") or query.bookmark
    skip = query.skip if skip is None else skip
    return await call.scan(_find, call, replace(query, limit=limit, skip=skip, bookmark=bookmark))


def _find(work: Work, call: Call, query: Query) -> Response:
    found = service.find(work, query)
    call.account(len(found.documents))
    files = [File(document.id, document.rev, document.body) for document in found.documents]
    with_paths = query.fields is None or "path" in query.fields
    folders = service.paths_around(work, files) if with_paths else {}
    meta: dict[str, Any] = {"count": UNKNOWN if found.next else query.skip + len(files)}
    if found.stats:
        meta["execution_stats"] = found.stats
    if found.warning:
        meta["warning"] = found.warning
    links = {"next": f"/files/_find?{urlencode({'page[cursor]': found.bookmark})}"} if found.next else None
    seal = service.sealing(work)
    resources = [_picked(file, seal, query.fields, folders) for file in files]
    return jsonapi.answer(resources, links=links, meta=meta)


def _picked(
    file: File, seal: shapes.Seal, fields: Sequence[str] | None, folders: dict[str, str]
) -> shapes.FileResource:
    """A file with the attributes asked for, and those that every answer about files has."""
    resource = shapes.file_at(file, seal, folders)
    if fields is None:
        return resource
    picked: dict[str, Any] = {name: file.body[name] for name in _ALWAYS if name in file.body}
    for field in fields:
        _pick(resource.attributes, picked, field.split("."))
    return replace(resource, attributes=picked)


def _pick(source: Any, picked: dict[str, Any], path: Sequence[str]) -> None:
    name, *rest = path
    if not isinstance(source, Mapping) or name not in source:
        return
    if rest:
        _pick(source[name], picked.setdefault(name, {}), rest)
    else:
        picked[name] = source[name]
