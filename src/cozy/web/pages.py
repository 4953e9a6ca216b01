"""Pages: a template, the shell around it, and what the browser may do with it."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.work import Work

from .answers import see_other
from .call import Call
from .cookies import read_cookie, set_cookie


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page in the home's shell: `files/drive.html` is in the templates of the room files."""
    return call.render(work, call, template, status, context)


class Flash(msgspec.Struct, frozen=True):
    """A message for the next page, in the reader's language. undo_url: where to POST to take it back."""

    text: str
    kind: str = "done"  # or "failed"
    undo_url: str = ""


def flash(call: Call, text: str, *, kind: str = "done", undo_url: str = "") -> None:
    """Show a message on the next page."""
    message = msgspec.json.encode(Flash(text, kind, undo_url))
    set_cookie(call, "flash", base64.urlsafe_b64encode(message).decode().rstrip("="), max_age_s=60)


def done(call: Call, url: str, said: str, *, undo: str = "", failed: bool = False) -> Response:
    """Go there, and say there what was done, or what could not be. undo: where to POST to take it back."""
    flash(call, said, kind="failed" if failed else "done", undo_url=undo)
    return see_other(url)


def flashed(call: Call) -> Flash | None:
    """The message to show now, once."""
    raw = read_cookie(call, "flash")
    if not raw:
        return None
    set_cookie(call, "flash", "", max_age_s=0)
    try:
        message = msgspec.json.decode(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)), type=Flash)
    except (ValueError, msgspec.DecodeError):
        return None
    return message if message.undo_url.startswith("/my/") or not message.undo_url else None


def way_back(call: Call, form: FormData | None = None, default: str = "/my") -> str:
    """The page that the reader came from, as the form or the browser says; only ever one of ours."""
    said = str(form.get("back", "")) if form is not None else ""
    if not said:
        said = came_from(call.header("referer"))
    ours = said == "/my" or said.startswith(("/my/", "/s/"))
    return said if ours and "\\" not in said and not any(c < "!" for c in said) else default


def came_from(referer: str) -> str:
    """The path and query of an address; "" when it is none."""
    try:
        came = urlsplit(referer)
    except ValueError:
        return ""
    return came.path + (f"?{came.query}" if came.query else "")
