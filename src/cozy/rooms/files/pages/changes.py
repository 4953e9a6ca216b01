"""Changes that pages ask for: make, rename, move, copy, throw away, put back, erase, mark."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..errors import NameTaken
from ..service import ROOT, Change, File, looks, together, views
from .door import DRIVE, failed, folder_url, ids_in, question, routes, undo_move, url_of, way_back, words
from .lists import crumbs
from .who import looker


@routes.on("GET", "/my/drive/{folder_id}/new-folder", OWNER)
def ask_new_folder(work: Work, call: Call, folder_id: str) -> Response:
    """What shall the folder be called? 200; 404."""
    return question(work, call, "new_folder.html", folder=service.fetch(work, folder_id), name="", error="")


@routes.on("POST", "/my/drive/{folder_id}/new-folder", OWNER)
def new_folder(work: Work, call: Call, folder_id: str, form: FormData) -> Response:
    """Make a folder. 303 back; 422 the question again."""
    parent, name = service.fetch(work, folder_id), str(form.get("name", "")).strip()
    said = words(work)
    try:
        with work.attempt():
            service.create_folder(work, folder_id, name)
    except Problem as problem:
        return question(
            work,
            call,
            "new_folder.html",
            form,
            422,
            folder=parent,
            name=name,
            error=said.gettext(problem.detail),
        )
    return done(call, folder_url(folder_id), said.gettext("Folder created."))


@routes.on("GET", "/my/file/{file_id}/rename", OWNER)
def ask_name(work: Work, call: Call, file_id: str) -> Response:
    """What shall it be called? 200; 404."""
    file = service.fetch(work, file_id)
    return question(work, call, "rename.html", file=file, name=file.name, error="")


@routes.on("POST", "/my/file/{file_id}/rename", OWNER)
def rename(work: Work, call: Call, file_id: str, form: FormData) -> Response:
    """Give a new name. 303 back; 422 the question again."""
    file, name = service.fetch(work, file_id), str(form.get("name", "")).strip()
    said = words(work)
    try:
        with work.attempt():
            service.change(work, file_id, Change(name=name))
    except Problem as problem:
        return question(
            work, call, "rename.html", form, 422, file=file, name=name, error=said.gettext(problem.detail)
        )
    return done(call, way_back(call, form, url_of(file)), said.gettext("Renamed."))


@routes.on("GET", "/my/file/{file_id}/move", OWNER)
def ask_where_to_move(work: Work, call: Call, file_id: str) -> Response:
    """Where shall it go? 200; 404."""
    return _ask_where(work, call, "move", [file_id], service.fetch(work, file_id).dir_id)


@routes.on("GET", "/my/file/{file_id}/copy", OWNER)
def ask_where_to_copy(work: Work, call: Call, file_id: str) -> Response:
    """Where shall the copy go? 200; 404."""
    return _ask_where(work, call, "copy", [file_id], service.fetch(work, file_id).dir_id)


@routes.on("POST", "/my/drive/move", OWNER)
def move(work: Work, call: Call, form: FormData) -> Response:
    """Move what is chosen; asks where when the form does not say. 303 back, 200 or 422 the question."""
    ids, into = ids_in(call, form), str(form.get("into", ""))
    if not into or not ids:
        return _ask_where(work, call, "move", ids, _looked_at(work, ids, form), form)
    files = views.many(work, ids)
    clash = str(form.get("clash", "ask"))
    try:
        with work.attempt():
            moved = together.move_all(work, ids, into, clash if clash in {"both", "skip"} else "ask")
    except NameTaken as problem:
        return _ask_where(work, call, "move", ids, into, form, 422, taken=str(problem.facts["name"]))
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    said = words(work).ngettext("%(num)s item moved.", "%(num)s items moved.", len(moved))
    origins = {file.dir_id for file in files}
    origin = origins.pop() if len(origins) == 1 else ""
    return done(call, way_back(call, form), said, undo=undo_move(moved, origin))


@routes.on("POST", "/my/drive/move-back", OWNER)
def move_back(work: Work, call: Call, form: FormData) -> Response:
    """Undo a move. 303 to where things are again."""
    into = call.query("into")
    try:
        with work.attempt():
            together.move_all(work, call.request.query_params.getlist("ids"), into, "both")
    except Problem as problem:
        return failed(work, call, way_back(call), problem)
    return done(call, way_back(call), words(work).gettext("Moved back."))


@routes.on("POST", "/my/drive/copy", OWNER)
def copy(work: Work, call: Call, form: FormData) -> Response:
    """Copy what is chosen; asks where when the form does not say. 303 back, 200 the question."""
    ids, into = ids_in(call, form), str(form.get("into", ""))
    if not into or not ids:
        return _ask_where(work, call, "copy", ids, _looked_at(work, ids, form), form)
    try:
        with work.attempt():
            made = together.copy_all(work, ids, into, quota=call.home.quota)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    said = words(work).ngettext("%(num)s item copied.", "%(num)s items copied.", len(made))
    return done(call, way_back(call, form), said)


def _looked_at(work: Work, ids: list[str], form: FormData) -> str:
    """The folder that the reader has opened in the question; at first the one where things are."""
    if form.get("at"):
        return str(form["at"])
    first = views.many(work, ids[:1])
    return first[0].dir_id if first else ROOT


def _ask_where(
    work: Work, call: Call, verb: str, ids: list[str], at: str, form: FormData | None = None, status: int = 200,
    taken: str = "",
) -> Response:  # fmt: skip
    folder = service.fetch(work, at or ROOT)
    chosen = views.many(work, ids)
    if not chosen:
        return failed_empty(work, call, form)
    below = [file for file in views.folders(work, folder.id) if verb == "copy" or file.id not in ids]
    return question(
        work, call, "where.html", form, status, verb=verb, ids=[file.id for file in chosen], first=chosen[0].name,
        folder=folder, is_root=folder.id == ROOT, crumbs=crumbs(work, folder), below=below, taken=taken,
        may_receive=verb == "copy" or together.may_receive(work, ids, folder),
    )  # fmt: skip


def failed_empty(work: Work, call: Call, form: FormData | None) -> Response:
    """Nothing was chosen: say so where the reader was."""
    return done(call, way_back(call, form), words(work).gettext("Choose something first."))


@routes.on("POST", "/my/drive/bin", OWNER)
def throw_away(work: Work, call: Call, form: FormData) -> Response:
    """Put what is chosen into the bin. 303 back, with a way to undo it."""
    ids = ids_in(call, form)
    if not ids:
        return failed_empty(work, call, form)
    try:
        with work.attempt():
            thrown = together.trash_all(work, ids)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    said = words(work).ngettext("Moved to the bin.", "%(num)s items moved to the bin.", len(thrown))
    at = thrown[0].body["cozyMetadata"]["trashedAt"]
    return done(call, _outside(call, form, thrown), said, undo=f"{DRIVE}/trash/undo?at={at}")


def _outside(call: Call, form: FormData, thrown: list[File]) -> str:
    """The way back, unless that is the page of what was just thrown away."""
    back = way_back(call, form)
    gone = {url_of(file) for file in thrown}
    return str(form.get("parent") or DRIVE) if back.partition("?")[0] in gone else back


@routes.on("POST", "/my/drive/trash/undo", OWNER)
def undo_throwing_away(work: Work, call: Call, form: FormData) -> Response:
    """Put back what went into the bin at one moment. 303 back."""
    restored = together.restore_thrown_at(work, call.query("at"))
    said = words(work).ngettext("Put back.", "%(num)s items put back.", len(restored))
    return done(call, way_back(call), said)


@routes.on("POST", "/my/drive/trash/restore", OWNER)
def put_back(work: Work, call: Call, form: FormData) -> Response:
    """Take what is chosen out of the bin. 303 to the bin."""
    ids = ids_in(call, form)
    if not ids:
        return failed_empty(work, call, form)
    try:
        with work.attempt():
            restored = together.restore_all(work, ids)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    said = words(work).ngettext("Put back.", "%(num)s items put back.", len(restored))
    return done(call, way_back(call, form), said)


@routes.on("POST", "/my/drive/trash/erase", OWNER)
def erase(work: Work, call: Call, form: FormData) -> Response:
    """Remove what is chosen for good; asks first. 200 the question; 303 to the bin."""
    ids, said = ids_in(call, form), words(work)
    chosen = views.many(work, ids)
    if not chosen:
        return failed_empty(work, call, form)
    if not form.get("sure"):
        return question(
            work, call, "erase.html", form, ids=[file.id for file in chosen], first=chosen[0].name
        )
    try:
        with work.attempt():
            number = together.destroy_all(work, [file.id for file in chosen])
    except Problem as problem:
        return failed(work, call, f"{DRIVE}/trash", problem)
    return done(
        call, f"{DRIVE}/trash", said.ngettext("Erased for good.", "%(num)s items erased for good.", number)
    )


@routes.on("GET", "/my/drive/trash/empty", OWNER)
def ask_to_empty(work: Work, call: Call) -> Response:
    """Shall everything in the bin go? 200."""
    total = views.count(work, service.TRASH)
    return question(work, call, "empty.html", room="bin", total=total)


@routes.on("POST", "/my/drive/trash/empty", OWNER)
async def empty(call: Call, form: FormData) -> Response:
    """Remove everything in the bin for good, in steps so that others are served meanwhile. 303 to the bin."""
    while await call.write(service.empty_trash):
        pass
    text = await call.read(lambda work: words(work).gettext("The bin is empty."))
    return done(call, f"{DRIVE}/trash", text)


@routes.on("POST", "/my/file/{file_id}/favourite", OWNER)
def mark(work: Work, call: Call, file_id: str, form: FormData) -> Response:
    """Mark as favourite, or no longer. 303 back."""
    file = service.fetch(work, file_id)
    wanted = not views.is_favourite(file)
    service.change(work, file_id, Change(cozy_metadata={"favorite": wanted}))
    said = words(work)
    text = (
        said.gettext("Added to your favourites.") if wanted else said.gettext("Taken out of your favourites.")
    )
    return done(call, way_back(call, form, url_of(file)), text)


@routes.on("GET", "/my/file/{file_id}/details", OWNER)
def details(work: Work, call: Call, file_id: str) -> Response:
    """What is known about a file or folder. 200; 404."""
    file = service.fetch(work, file_id)
    size = service.folder_size(work, file_id) if file.is_folder else file.size
    total = views.count(work, file_id) if file.is_folder else 0
    return question(
        work, call, "details.html", file=file, kind=looks.kind_of(file), size=size, total=total,
        place=[(name, url) for name, url, _ in crumbs(work, file)], seen=looker(work)(file, service.ancestors(work, file)),
    )  # fmt: skip
