"""What the doors of calendars and address books share: one handler for both, in two dialects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from starlette.responses import Response

from cozy.dav import conditions
from cozy.dav.conditions import Alternative
from cozy.dav.problems import BadHeader
from cozy.kernel.caller import Verb
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, may
from cozy.rooms.collections.errors import BadText, ReadOnly, TextTooLarge, UidTaken, WrongComponent
from cozy.rooms.collections.model import Expected
from cozy.rooms.permissions.errors import NotAllowed
from cozy.web.call import Call

from ..errors import Elsewhere, Unmapped, WrongFormat
from ..service import addresses
from ..service.addresses import Place
from ..service.dialects import ALL, Dialect
from .door import routes

Level = Literal["home", "shelf", "item"]
About = Literal["shelves", "items"]
Handler = Callable[[Call, Place], Awaitable[Response]]
_PATHS: dict[Level, str] = {"home": "", "shelf": "/{collection}", "item": "/{collection}/{name}"}
_CONDITIONS: dict[type[Problem], Callable[[Dialect], str]] = {
    UidTaken: lambda dialect: dialect.uid,
    BadText: lambda dialect: dialect.invalid,
    WrongFormat: lambda dialect: dialect.formats,
    WrongComponent: lambda dialect: dialect.component,
    TextTooLarge: lambda dialect: dialect.size,
    ReadOnly: lambda _: "need-privileges",
    NotAllowed: lambda _: "need-privileges",
}


def at(method: str, level: Level, verb: Verb | None, about: About = "items") -> Callable[[Handler], Handler]:
    """Declare a handler for both dialects. verb, about: what the caller must have leave for; None for nothing."""

    def register(handler: Handler) -> Handler:
        for dialect in ALL:
            doctype = dialect.shelves if about == "shelves" else dialect.items
            need = may(verb, doctype) if verb else OPEN
            routes.on(method, f"{dialect.prefix}{_PATHS[level]}", need)(_speaking(handler))
        return handler

    return register


def _speaking(handler: Handler) -> Callable[[Call], Awaitable[Response]]:
    async def speaking(call: Call) -> Response:
        place = place_of(call)
        try:
            return await handler(call, place)
        except Problem as problem:
            raise described(problem, place) from problem.__cause__

    speaking.__doc__, speaking.__name__ = handler.__doc__, handler.__name__
    return speaking


def place_of(call: Call) -> Place:
    """What is asked about. Raises Unmapped, BadPlace."""
    raw_path: bytes = call.request.scope["raw_path"]
    place = addresses.at(raw_path.decode("ascii", "replace").partition("?")[0])
    if place is None:
        raise Unmapped
    return place


def described(problem: Problem, place: Place) -> Problem:
    """The same, with the condition that its dialect knows it by, and where to look."""
    for kind, name in _CONDITIONS.items():
        if isinstance(problem, kind):
            problem.facts.setdefault("condition", name(place.dialect))
    if isinstance(problem, UidTaken):
        shelf = addresses.of_shelf(place.dialect, place.collection)
        problem.facts.setdefault("hrefs", (addresses.of_item(shelf, str(problem.facts["name"])),))
    if isinstance(problem, BadText) and problem.detail == problem.title():
        problem.detail = _where(problem)
    return problem


def _where(problem: BadText) -> str:
    """The sentence, with the line and what is wrong there."""
    line, reason = problem.facts.get("line"), problem.facts.get("reason")
    said = ": ".join([*([f"Line {line}"] if line else []), *([str(reason)] if reason else [])])
    return f"{problem.title()} {said}." if said else problem.title()


def target_of(call: Call, source: Place) -> Place:
    """Where to, as the header Destination says (RFC 4918 §10.3). Raises BadHeader, Elsewhere."""
    said = call.header("destination")
    if not said:
        raise BadHeader(parameter="Destination")
    place = addresses.named(said, call.header("host"))
    if place is None or place.dialect is not source.dialect or not place.name:
        raise Elsewhere
    return place


def expected_of(call: Call) -> Expected:
    """What the request expects to find, as HTTP's own headers say, and that of scheduling (RFC 6638 §8.3)."""
    return Expected(
        call.header("if-match") or call.header("if-schedule-tag-match"), call.header("if-none-match")
    )


def lists_of(call: Call) -> tuple[Alternative, ...]:
    """The same, as WebDAV's own header says it. Raises BadHeader."""
    said = call.header("if")
    return conditions.parse(said) if said else ()
