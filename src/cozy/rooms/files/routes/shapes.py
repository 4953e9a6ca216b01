"""How files, folders and versions look in JSON:API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.call import Call

from .. import service
from ..model import FILES, ROOT, VERSIONS, File, Version, join

PAGE = 30  # items of a folder, unless the client asks otherwise
PAGE_LIMIT = 1000


class Links(Struct, gc=False, omit_defaults=True, rename={"own": "self"}):
    """Where something is, and more of it."""

    own: str = ""
    related: str = ""
    next: str = ""


class Named(Struct, gc=False):
    """The name of a resource."""

    id: str
    type: str = FILES


class Relationship(Struct, gc=False):
    """What a file has to do with others."""

    data: Any
    links: Links | UnsetType = UNSET
    meta: Any = UNSET


class Relationships(Struct, gc=False):
    """Everything that a file has to do with others."""

    parent: Relationship
    referenced_by: Relationship
    not_synchronized_on: Relationship | UnsetType = UNSET
    contents: Relationship | UnsetType = UNSET
    old_versions: Relationship | UnsetType = UNSET


class Meta(Struct, gc=False):
    """Which revision it is."""

    rev: str


class FileResource(Struct, gc=False):
    """A file or folder in JSON:API. attributes: its members, or its document as it is stored."""

    id: str
    attributes: Any
    meta: Meta
    links: Links
    relationships: Relationships
    type: str = FILES


class Linked(Struct):
    """The members of a document that JSON:API shows among the relationships, too."""

    referenced_by: msgspec.Raw | None = None
    not_synchronized_on: msgspec.Raw | None = None


_linked = msgspec.json.Decoder(Linked).decode
_NO_LINKS = Linked()


def file_resource(file: File, path: str | None = None) -> FileResource:
    """A file or folder. path: of a file, when it is shown."""
    attributes = file.body if path is None else {**file.body, "path": path}
    links = Linked(file.body.get("referenced_by"), file.body.get("not_synchronized_on"))
    return _resource(file.id, file.rev, attributes, _parent(file), links)


def _resource(id_: str, rev: str, attributes: Any, parent: Relationship, linked: Linked) -> FileResource:
    where = f"/files/{id_}"
    relationships = Relationships(
        parent, Relationship(linked.referenced_by, Links(f"{where}/relationships/references"))
    )
    if linked.not_synchronized_on is not None:
        relationships.not_synchronized_on = _not_synchronized_on(id_, linked.not_synchronized_on)
    return FileResource(id_, attributes, Meta(rev), Links(where), relationships)


def _parent(file: File) -> Relationship:
    if file.id == ROOT:
        return Relationship(None)
    return _inside(str(file.body["dir_id"]))


def _inside(dir_id: str) -> Relationship:
    return Relationship(Named(dir_id), Links(related=f"/files/{dir_id}"))


def _not_synchronized_on(id_: str, devices: Any) -> Relationship:
    return Relationship(devices, Links(f"/files/{id_}/relationships/not_synchronized_on"))


def _entries(page: service.Page) -> list[FileResource]:
    """The lines of a list, their documents passed through as text; few have members that are shown twice."""
    parent = _inside(page.folder.id)
    return [
        _resource(
            entry.id, entry.rev, msgspec.Raw(entry.body), parent,
            _linked(entry.body) if '"referenced_by"' in entry.body or '"not_synchronized_on"' in entry.body else _NO_LINKS,
        )
        for entry in page.entries
    ]  # fmt: skip


def file_at(file: File, folders: Mapping[str, str]) -> FileResource:
    """A file with its path, or a folder; folders: paths by id."""
    if file.is_folder or file.dir_id not in folders:
        return file_resource(file)
    return file_resource(file, join(folders[file.dir_id], file.name))


def version_resource(version: Version) -> dict[str, Any]:
    """An old version."""
    attributes = {name: value for name, value in version.body.items() if name != "relationships"}
    return {"type": VERSIONS, "id": version.id, "attributes": attributes, "meta": {"rev": version.rev}}


def shown(work: Work, call: Call, file: File, *, with_versions: bool = False) -> Response:
    """The whole answer about a file or folder: with a page of its contents, or its old versions. Raises Malformed."""
    if file.is_folder:
        asked = jsonapi.paging(call, PAGE, PAGE_LIMIT)
        return _folder(
            service.page(work, file, after=asked.after, skip=asked.skip or 0, limit=asked.limit), asked
        )
    resource = file_resource(file)
    held = service.held_before(work, file) if with_versions else []
    if not held:
        return jsonapi.answer(resource)
    resource.relationships.old_versions = Relationship([Named(version.id, VERSIONS) for version in held])
    return jsonapi.answer(resource, included=[version_resource(version) for version in held])


def _folder(page: service.Page, asked: jsonapi.Paging) -> Response:
    folder = page.folder
    where = f"/files/{folder.id}/relationships/contents"
    resource = file_resource(folder)
    resource.relationships.contents = Relationship(
        [Named(entry.id) for entry in page.entries],
        Links(where, next=jsonapi.next_page(where, asked, page.last)), {"count": page.count},
    )  # fmt: skip
    devices = folder.body.get("not_synchronized_on")
    resource.relationships.not_synchronized_on = _not_synchronized_on(folder.id, devices)
    following = jsonapi.next_page(f"/files/{folder.id}", asked, page.last)
    return jsonapi.answer(resource, included=_entries(page), links={"next": following} if following else None)


def listed(page: service.Page, asked: jsonapi.Paging, path: str) -> Response:
    """A page of a folder as a plain list, found at `path`."""
    following = jsonapi.next_page(path, asked, page.last)
    links = {"next": following} if following else None
    return jsonapi.answer(_entries(page), links=links, meta={"count": page.count})


def made(call: Call, file: File) -> Response:
    """201, and where the new file or folder is."""
    headers = {"location": f"{call.home.origin}/files/{file.id}"}
    return jsonapi.answer(file_resource(file), 201, headers=headers)


def rev_of(call: Call) -> str:
    """The revision that the client last saw, "" when it does not say."""
    return (call.header("if-match") or call.query("rev")).strip().strip('"')
