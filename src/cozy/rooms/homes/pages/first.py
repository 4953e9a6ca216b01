"""The first page of a home: hello, what needs the owner, and a piece of each room."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import page

from .. import service
from ..ports import FirstPage, Notice, Part
from .door import routes


@routes.on("GET", "/my", OWNER)
async def first(call: Call) -> Response:
    """Hello; what needs an answer; where you left off. 200."""
    return await call.scan(_first, call)


def _first(work: Work, call: Call) -> Response:
    profile = service.profile(work)
    said = [each for plugged in work.plugged(FirstPage) for each in plugged(work, call.home)]
    parts = [each for each in said if isinstance(each, Part)]
    shown = page(
        work, call, "homes/first.html", room="home", name=profile.public_name, hour=work.now.astimezone(ZoneInfo(profile.tz)).hour,
        notices=[each for each in said if isinstance(each, Notice)],
        top=[part for part in parts if part.place == "top"], wide=[part for part in parts if part.place == "wide"],
        cards=[part for part in parts if part.place == "card"],
    )  # fmt: skip
    shown.headers["x-keep-offline"] = "1"
    return shown
