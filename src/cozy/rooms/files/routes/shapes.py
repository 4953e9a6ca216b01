"""How files, folders and versions look in JSON:API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.call import Call

from .. import service
from ..model import FILES, ROOT, VERSIONS, Entry, File, Version, join

PAGE = 30  # items of a folder, unless the client asks otherwise
PAGE_LIMIT = 1000


class Links(Struct, gc=False, omit_defaults=True, rename={"own": "self"}):
    """Where something is, and more of it."""

    own: str = ""
    related: str = ""
    next: str = ""
    tiny: str = ""
    small: str = ""
    medium: str = ""
    large: str = ""


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

    referenced_by: Any = None
    not_synchronized_on: Any = None


class Drawable(Struct, gc=False, rename={"kind": "class"}):
    """The members of a document that say whether and of what there are thumbnails."""

    kind: str = ""
    mime: str = ""
    sha256: str = ""
    encrypted: bool = False


_linked = msgspec.json.Decoder(Linked).decode
_drawable = msgspec.json.Decoder(Drawable).decode
_NO_LINKS = Linked()
Seal = Callable[[str, str], str]  # makes the secret of a thumbnail's link


def file_resource(file: File, seal: Seal, path: str | None = None) -> FileResource:
    """A file or folder. path: of a file, when it is shown."""
    attributes = file.body if path is None else {**file.body, "path": path}
    linked = Linked(file.body.get("referenced_by"), file.body.get("not_synchronized_on"))
    resource = _resource(file.id, file.rev, attributes, _parent(file), linked)
    if not file.is_folder:
        encrypted = bool(file.body.get("encrypted"))
        drawable = Drawable(str(file.body.get("class", "")), file.mime, file.sha256, encrypted)
        _link_thumbnails(resource, drawable, seal)
    return resource


def _link_thumbnails(resource: FileResource, drawable: Drawable, seal: Seal) -> None:
    if not service.is_drawable(drawable.kind, drawable.mime, encrypted=drawable.encrypted):
        return
    links = resource.links
    where = f"{links.own}/thumbnails/{seal(resource.id, drawable.sha256)}"
    links.tiny, links.small = f"{where}/tiny", f"{where}/small"
    links.medium, links.large = f"{where}/medium", f"{where}/large"


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


def _entries(page: service.Page, seal: Seal) -> list[FileResource]:
    """The lines of a list, their documents passed through as text; few have members that are shown twice."""
    parent = _inside(page.folder.id)
    return [_entry(entry, parent, seal) for entry in page.entries]


def _entry(entry: Entry, parent: Relationship, seal: Seal) -> FileResource:
    body, linked = entry.body, _NO_LINKS
    if '"referenced_by"' in body or '"not_synchronized_on"' in body:
        linked = _linked(body)
    resource = _resource(entry.id, entry.rev, msgspec.Raw(body), parent, linked)
    _link_thumbnails(resource, _drawable(body), seal)
    return resource


def file_at(file: File, seal: Seal, folders: Mapping[str, str]) -> FileResource:
    """A file with its path, or a folder; folders: paths by id."""
    if file.is_folder or file.dir_id not in folders:
        return file_resource(file, seal)
    return file_resource(file, seal, join(folders[file.dir_id], file.name))


def version_resource(version: Version) -> dict[str, Any]:
    """An old version."""
    attributes = {name: value for name, value in version.body.items() if name != "relationships"}
    return {"type": VERSIONS, "id": version.id, "attributes": attributes, "meta": {"rev": version.rev}}


def shown(work: Work, call: Call, file: File, *, with_versions: bool = False) -> Response:
    """The whole answer about a file or folder: with a page of its contents, or its old versions. Raises Malformed."""
    seal = service.sealing(work)
    if file.is_folder:
        asked = jsonapi.paging(call, PAGE, PAGE_LIMIT)
        page = service.page(work, file, after=asked.after, skip=asked.skip or 0, limit=asked.limit)
        call.account(1 + len(page.entries))
        return _folder(page, asked, seal)
    resource = file_resource(file, seal)
    held = service.held_before(work, file) if with_versions else []
    if not held:
        return jsonapi.answer(resource)
    resource.relationships.old_versions = Relationship([Named(version.id, VERSIONS) for version in held])
    return jsonapi.answer(resource, included=[version_resource(version) for version in held])


def _folder(page: service.Page, asked: jsonapi.Paging, seal: Seal) -> Response:
    folder = page.folder
    where = f"/files/{folder.id}/relationships/contents"
    resource = file_resource(folder, seal)
    resource.relationships.contents = Relationship(
        [Named(entry.id) for entry in page.entries],
        Links(where, next=jsonapi.next_page(where, asked, page.last)), {"count": page.count},
    )  # fmt: skip
    devices = folder.body.get("not_synchronized_on")
    resource.relationships.not_synchronized_on = _not_synchronized_on(folder.id, devices)
    following = jsonapi.next_page(f"/files/{folder.id}", asked, page.last)
    return jsonapi.answer(
        resource, included=_entries(page, seal), links={"next": following} if following else None
    )


def listed(work: Work, call: Call, page: service.Page, asked: jsonapi.Paging, path: str) -> Response:
    """A page of a folder as a plain list, found at `path`."""
    call.account(len(page.entries))
    following = jsonapi.next_page(path, asked, page.last)
    links = {"next": following} if following else None
    entries = _entries(page, service.sealing(work))
    return jsonapi.answer(entries, links=links, meta={"count": page.count})


def made(work: Work, call: Call, file: File) -> Response:
    """201, and where the new file or folder is."""
    headers = {"location": f"{call.home.origin}/files/{file.id}"}
    return jsonapi.answer(file_resource(file, service.sealing(work)), 201, headers=headers)


def rev_of(call: Call) -> str:
    """The revision that the client last saw, "" when it does not say."""
    return (call.header("if-match") or call.query("rev")).strip().strip('"')
