"""Files and folders by id and by path: look, rename, move, label, copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct
from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.rooms.permissions.errors import NotAllowed
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from ..model import FILES, File, kind_of
from . import shapes

SIZES = "io.cozy.files.sizes"
BATCH_LIMIT = 1000

routes = Routes()


class CozyMetadata(Struct, frozen=True):
    """The member of cozyMetadata that is the client's to set."""

    favorite: bool | None = None


class Attributes(Struct, frozen=True, rename={"kind": "class"}):
    """What a client may change. None: as it is. Everything else in a file is ours to say, and passed over."""

    name: str | None = None
    dir_id: str | None = None
    tags: list[str] | None = None
    updated_at: str | None = None
    executable: bool | None = None
    encrypted: bool | None = None
    kind: str | None = None  # any: guess the media type and class again
    metadata: dict[str, Any] | None = None
    cozyMetadata: CozyMetadata = CozyMetadata()  # noqa: N815
    move_to_trash: bool = False
    permanent_delete: bool = False


class Parent(Struct, frozen=True):
    """`{"data": {"type": "io.cozy.files", "id": "…"}}`."""

    data: jsonapi.Identifier


class Relationships(Struct, frozen=True):
    """Moving may be asked through the relationship `parent`."""

    parent: Parent | None = None


class Resource(Struct, frozen=True):
    """A file or folder with what should become of it."""

    id: str = ""
    attributes: Attributes = Attributes()
    relationships: Relationships = Relationships()


class Patch(Struct, frozen=True):
    """The body of PATCH."""

    data: Resource


class Patches(Struct, frozen=True):
    """The body of PATCH /files/."""

    data: list[Resource]


@routes.on("HEAD", "/files/{file_id}", may("GET", FILES))
def exists(work: Work, file_id: str) -> Response:
    """Whether there is a file or folder. 200; 403, 404."""
    service.fetch(work, file_id)
    return nothing(200)


@routes.on("GET", "/files/{file_id}", may("GET", FILES))
def show(work: Work, call: Call, file_id: str) -> Response:
    """A file with its versions, or a folder with a page of what it holds. 200; 400, 403, 404."""
    return shapes.shown(work, call, service.fetch(work, file_id), with_versions=True)


@routes.on("GET", "/files/metadata", may("GET", FILES))
def show_at(work: Work, call: Call) -> Response:
    """The same, by `Path`. 200; 400, 403, 404."""
    return shapes.shown(work, call, service.at_path(work, call.query("Path")), with_versions=True)


@routes.on("GET", "/files/{file_id}/relationships/contents", may("GET", FILES))
def contents(work: Work, call: Call, file_id: str) -> Response:
    """A page of a folder. 200; 400, 403, 404."""
    asked = jsonapi.paging(call, shapes.PAGE, shapes.PAGE_LIMIT)
    page = service.listing(work, file_id, after=asked.after, skip=asked.skip or 0, limit=asked.limit)
    return shapes.listed(work, call, page, asked, f"/files/{file_id}/relationships/contents")


@routes.on("GET", "/files/{file_id}/size", may("GET", FILES), documents=0)
async def size(call: Call, file_id: str) -> Response:
    """Bytes of everything in a folder. 200; 400, 403, 404."""
    total = await call.scan(service.folder_size, file_id)
    return jsonapi.answer({"type": SIZES, "id": file_id, "attributes": {"size": str(total)}, "meta": {}})


@routes.on("POST", "/files/shared-drives", may("POST", FILES))
def shared_drives(work: Work, call: Call) -> Response:
    """The folder of the shared drives, made when there is none. 200, 201; 403."""
    folder, is_new = service.shared_drives(work)
    if is_new:
        return shapes.made(work, call, folder)
    return jsonapi.answer(shapes.file_resource(folder, service.sealing(work)))


@routes.on("PATCH", "/files/{file_id}", may("PATCH", FILES))
def change(work: Work, call: Call, file_id: str, body: Patch) -> Response:
    """Rename, move, label, throw away, remove. 200; 400, 403, 404, 409, 412, 422."""
    return shapes.shown(work, call, _changed(work, file_id, body.data, shapes.rev_of(call)))


@routes.on("PATCH", "/files/metadata", may("PATCH", FILES))
def change_at(work: Work, call: Call, body: Patch) -> Response:
    """The same, by `Path`. 200; 400, 403, 404, 409, 412, 422."""
    file = service.at_path(work, call.query("Path"))
    return shapes.shown(work, call, _changed(work, file.id, body.data, shapes.rev_of(call)))


@routes.on("PATCH", "/files", may("PATCH", FILES))
async def change_many(call: Call) -> Response:
    """Change many; each stands alone. 204; the errors of those that failed, with the status of the first; 400, 403."""
    patches = (await call.decoded(Patches)).data
    if len(patches) > BATCH_LIMIT:
        raise Malformed(f"At most {BATCH_LIMIT} changes at a time.", pointer="/data")
    problems = await call.write(_change_each, patches)
    call.account(len(patches))
    if problems:
        raise jsonapi.Several(problems)
    return nothing()


def _change_each(work: Work, patches: Sequence[Resource]) -> list[Problem]:
    return [problem for problem in (_attempted(work, patch) for patch in patches) if problem is not None]


def _attempted(work: Work, wanted: Resource) -> Problem | None:
    """Change one; what is wrong with it, if anything is. Raises NotAllowed, which ends the whole batch."""
    try:
        with work.attempt():
            _changed(work, wanted.id, wanted, "")
    except NotAllowed:
        raise
    except Problem as problem:
        problem.facts.update(parameter="_id", pointer=wanted.id)
        return problem
    return None


def _changed(work: Work, file_id: str, wanted: Resource, rev: str) -> File:
    asked = wanted.attributes
    if asked.permanent_delete:
        return service.destroy(work, file_id, rev)
    if asked.move_to_trash:
        return service.trash(work, file_id, rev)
    return service.change(work, file_id, _change(work, file_id, wanted), rev)


def _change(work: Work, file_id: str, wanted: Resource) -> service.Change:
    asked = wanted.attributes
    dir_id = wanted.relationships.parent.data.id if wanted.relationships.parent else asked.dir_id
    favorite = asked.cozyMetadata.favorite
    return service.Change(
        name=_given(asked.name), dir_id=_given(dir_id), tags=_given(asked.tags), updated_at=_date(asked.updated_at),
        executable=_given(asked.executable), encrypted=_given(asked.encrypted), metadata=_given(asked.metadata),
        cozy_metadata=UNSET if favorite is None else {"favorite": favorite},
        members={} if asked.kind is None else _kind(work, file_id, asked.name),
    )  # fmt: skip


def _given(value: Any) -> Any:
    return UNSET if value is None else value


def _date(text: str | None) -> Any:
    """Go's zero time, and whatever else lies before 1970, stands for no date at all."""
    return UNSET if not text or text < "1970" else text


def _kind(work: Work, file_id: str, name: str | None) -> Mapping[str, str]:
    file = service.fetch(work, file_id)
    return {} if file.is_folder else kind_of(name or file.name)


@routes.on("POST", "/files/{file_id}/copy", may("POST", FILES))
def copy(work: Work, call: Call, file_id: str) -> Response:
    """Copy a file, into `DirID` and under `Name` where given. 201; 400, 403, 404, 409, 413, 422."""
    copied = service.copy(
        work, file_id, dir_id=call.query("DirID"), name=call.query("Name"), quota=call.home.quota
    )
    return shapes.made(work, call, copied)


@routes.on("DELETE", "/files/{file_id}", may("PATCH", FILES))
def throw_away(work: Work, call: Call, file_id: str) -> Response:
    """Put a file or folder into the bin. 200; 400, 403, 404, 412."""
    return shapes.shown(work, call, service.trash(work, file_id, shapes.rev_of(call)))
