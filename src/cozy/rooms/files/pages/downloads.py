"""Taking things along: one file as it is, anything else as an archive made while it is sent."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..service import views
from .changes import failed_empty
from .door import ids_in, routes


@routes.on("GET", "/my/drive/download", OWNER, writes=True)
def download(work: Work, call: Call) -> Response:
    """Save what the link names. 303 to the file or to an archive."""
    return _sent(work, call, call.request.query_params.getlist("ids"))


@routes.on("POST", "/my/drive/download", OWNER)
def download_chosen(work: Work, call: Call, form: FormData) -> Response:
    """Save what is chosen. 303 to the file or to an archive."""
    return _sent(work, call, ids_in(call, form))


def _sent(work: Work, call: Call, ids: list[str]) -> Response:
    chosen = views.many(work, ids)
    if not chosen:
        return failed_empty(work, call, None)
    if len(chosen) == 1 and not chosen[0].is_folder:
        return see_other(f"/my/file/{chosen[0].id}/raw/{chosen[0].sha256[:12]}?download")
    selection = service.select(work, "Cozy", [file.id for file in chosen], (), ())
    name = quote(chosen[0].name or selection.name, safe="") if len(chosen) == 1 else selection.name
    return see_other(f"/files/archive/{service.keep_selection(work, selection)}/{name}.zip")
