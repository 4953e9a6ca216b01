"""How files, folders and versions look in JSON:API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.call import Call

from .. import service
from ..model import FILES, ROOT, VERSIONS, File, Version, join

PAGE = 30  # items of a folder, unless the client asks otherwise
PAGE_LIMIT = 1000


def file_resource(file: File, path: str | None = None) -> dict[str, Any]:
    """A file or folder in a list. path: of a file, when it is shown."""
    body = file.body
    attributes = body if path is None else {**body, "path": path}
    relationships = {"parent": _parent(file), "referenced_by": _referenced_by(file)}
    if "not_synchronized_on" in body:
        relationships["not_synchronized_on"] = _not_synchronized_on(file)
    return {
        "type": FILES, "id": file.id, "attributes": attributes, "meta": {"rev": file.rev},
        "links": {"self": f"/files/{file.id}"}, "relationships": relationships,
    }  # fmt: skip


def _parent(file: File) -> dict[str, Any]:
    if file.id == ROOT:
        return {"data": None}
    dir_id = file.body["dir_id"]
    return {"links": {"related": f"/files/{dir_id}"}, "data": {"type": FILES, "id": dir_id}}


def _referenced_by(file: File) -> dict[str, Any]:
    links = {"self": f"/files/{file.id}/relationships/references"}
    return {"links": links, "data": file.body.get("referenced_by")}


def _not_synchronized_on(file: File) -> dict[str, Any]:
    links = {"self": f"/files/{file.id}/relationships/not_synchronized_on"}
    return {"links": links, "data": file.body.get("not_synchronized_on")}


def file_at(file: File, folders: Mapping[str, str]) -> dict[str, Any]:
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
    resource["relationships"]["old_versions"] = {
        "data": [{"type": VERSIONS, "id": version.id} for version in held]
    }
    return jsonapi.answer(resource, included=[version_resource(version) for version in held])


def _folder(page: service.Page, asked: jsonapi.Paging) -> Response:
    folder = page.folder
    contents = f"/files/{folder.id}/relationships/contents"
    resource = file_resource(folder)
    relationship: dict[str, Any] = {
        "meta": {"count": page.count}, "links": {"self": contents},
        "data": [{"type": FILES, "id": file.id} for file in page.files],
    }  # fmt: skip
    if more := jsonapi.next_page(contents, asked, page.last):
        relationship["links"]["next"] = more
    resource["relationships"]["contents"] = relationship
    resource["relationships"]["not_synchronized_on"] = _not_synchronized_on(folder)
    following = jsonapi.next_page(f"/files/{folder.id}", asked, page.last)
    included = [file_resource(file) for file in page.files]
    return jsonapi.answer(resource, included=included, links={"next": following} if following else None)


def listed(page: service.Page, asked: jsonapi.Paging, path: str) -> Response:
    """A page of a folder as a plain list, found at `path`."""
    following = jsonapi.next_page(path, asked, page.last)
    return jsonapi.answer(
        [file_resource(file) for file in page.files],
        links={"next": following} if following else None, meta={"count": page.count},
    )  # fmt: skip


def made(call: Call, file: File) -> Response:
    """201, and where the new file or folder is."""
    headers = {"location": f"{call.home.origin}/files/{file.id}"}
    return jsonapi.answer(file_resource(file), 201, headers=headers)


def rev_of(call: Call) -> str:
    """The revision that the client last saw, "" when it does not say."""
    return (call.header("if-match") or call.query("rev")).strip().strip('"')
