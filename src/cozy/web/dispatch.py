"""The way down: host, route, caller, transaction, handler. And the one way back for errors."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from cozy.kernel.caller import VERBS, Verb
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ledger import WATCHED, Use
from cozy.kernel.meter import Spent
from cozy.kernel.problem import Malformed, NotFound, Problem
from cozy.kernel.routes import SOCKET, Manner, Route, Routes, Site, pattern
from cozy.kernel.work import Work

from .again import Again
from .call import BODY_LIMIT, Call, Renderer, TooBig
from .cors import is_preflight, preflight, share
from .csrf import guard, guard_origin
from .lanes import Lanes, Turn
from .ranges import Stream
from .through import Through

ROUTE = "cozy.route"  # of an ASGI scope: the path of the route that answers, as it is written in the table
FORM_FIELDS = 20_000  # of one form: the whole selection of a large folder
FORM_FILES = 100
_OWNERS = {"owner", "app"}  # a person in a browser, on a page of ours or in an app
_LOOKING: dict[str, Verb] = {"HEAD": "GET", "OPTIONS": "GET", "PROPFIND": "GET", "REPORT": "GET"}
_VERBS: dict[str, Verb] = {**{verb: verb for verb in VERBS}, **_LOOKING}


class NoPage(NotFound):
    """There is no page at this address."""


class NoMethod(Problem):
    """This address does not answer that method."""

    kind = "method"


class Table:
    """Routes by first path segment and method, the most literal first."""

    def __init__(self, doors: Iterable[Routes]) -> None:
        self._by_segment: dict[str, list[tuple[re.Pattern[str], Route]]] = defaultdict(list)
        self._by_method: dict[tuple[str, str], list[tuple[re.Pattern[str], Route]]] = defaultdict(list)
        routes = [route for door in doors for route in door.table]
        for route in sorted(routes, key=lambda r: (r.path.count("{"), -len(r.path), r.path)):
            word, known = _first_word(route.path), (pattern(route.path), route)
            self._by_segment[word].append(known)
            for method in (route.method, "HEAD") if route.method == "GET" else (route.method,):
                self._by_method[word, method].append(known)
        self._manners = {
            word: Counter(route.manner for _, route in near).most_common(1)[0][0]
            for word, near in self._by_segment.items()
        }

    def match(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """The route, and what its holes hold. HEAD is served by GET. Raises NoPage, NoMethod."""
        path = raw_path.rstrip("/") or "/"
        words = (_first_word(path), _ANYTHING)
        for word in words:
            for regex, route in self._by_method.get((word, method), ()):
                if (found := regex.fullmatch(path)) is not None:
                    return route, {name: unquote(value) for name, value in found.groupdict().items()}
        near = (known for word in words for known in self._by_segment.get(word, ()))
        allowed = {route.method for regex, route in near if regex.fullmatch(path)} - {SOCKET}
        raise NoMethod(allowed=sorted(allowed)) if allowed else NoPage()

    def manner_near(self, raw_path: str, elsewhere: Manner) -> Manner:
        """How errors are told where there may be no route: as by most routes that begin with the same word.

        elsewhere: how where no route does.
        """
        return self._manners.get(_first_word(raw_path), elsewhere)


_ANYTHING = "{"


def _first_word(path: str) -> str:
    word = path.lstrip("/").partition("/")[0]
    return _ANYTHING if word.startswith("{") else word


class Dispatcher:
    """An ASGI application over the doors of all rooms."""

    def __init__(
        self,
        doors: Iterable[Routes],
        house: House,
        *,
        find_home: Callable[[str], Awaitable[tuple[Home, str]]],
        identify: Callable[[Call, Route], Awaitable[None]],
        admit: Callable[[Call, Route, Mapping[str, str]], None],
        refuse: Callable[[Call, BaseException, Manner], Awaitable[Response]],
        follow: Callable[[Call], Awaitable[Response | None]],
        client_of: Callable[[Request], str],
        render: Renderer,
    ) -> None:
        doors = list(doors)
        self._tables: dict[Site, Table] = {
            "home": Table(door for door in doors if door.site == "home"),
            "app": Table(door for door in doors if door.site == "app"),
        }
        self._house = house
        self._find_home = find_home
        self._identify = identify
        self._admit = admit
        self._refuse = refuse
        self._follow = follow
        self._client_of = client_of
        self._render = render
        self._lanes = Lanes(house.settings.home_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await self._converse(WebSocket(scope, receive, send))
            return
        spent, turn = Spent(1), Turn(self._lanes, receive)

        async def receiving() -> Message:
            message = await turn.receive()
            spent.received += len(message.get("body", b""))
            return message

        async def giving(message: Message) -> None:
            spent.sent += len(message.get("body", b""))
            turn.end()
            await send(message)

        call = self._call(Request(scope, receiving))
        try:
            await self._serve(call, turn, scope, receiving, giving)
        finally:
            turn.end()
            spent.is_lived_in = call.caller.kind in _OWNERS
            self._house.meter.note(call.home, spent)

    async def _serve(self, call: Call, turn: Turn, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(call, turn)
        for cookie in call.cookies_out:
            response.headers.append("set-cookie", cookie)
        sending = response.sending if isinstance(response, Through) else response
        if isinstance(sending, Stream) and call.proofs:
            sending.taken_back = call.taken_back
        await response(scope, receive, send)

    def _call(self, request: Request) -> Call:
        nowhere = Home("", request.headers.get("host", ""), "")
        return Call(request, self._house, nowhere, self._client_of(request), self._render)

    async def _answer(self, call: Call, turn: Turn) -> Response:
        raw_path = call.path = _raw_path(call)
        manner: Manner = "page"
        try:
            call.home, call.slug = await self._find_home(call.header("host"))
            await turn.begin(call.home.id, call.header)
            table = self._tables["app" if call.slug else "home"]
            manner = table.manner_near(raw_path, _manner_of(call))
            if is_preflight(call):
                return _leave(call, table, raw_path, manner)
            route, holes = table.match(_method_of(call), raw_path)
            manner, call.route = route.manner, route.path
            call.request.scope[ROUTE] = route.path
            response = await self._served(call, route, holes)
            while isinstance(response, Again):
                call.path, finish = response.path, response.finish
                route, holes = table.match(_method_of(call), call.path)
                self._admit(call, route, holes)
                response = await self._run(call, route, holes, None)
                if isinstance(response, Response):
                    response = await finish(response)
            if response.status_code < 400:
                _note(call, route, holes)
            elif (
                manner == "page" and call.home.id in self._house.gone
            ):  # the page may tell of that as of any other mistake
                response = await self._follow(call) or response
        except Exception as error:
            response = await self._refuse(call, error, manner)
        if manner != "page":
            share(call, response.headers)
        return response

    async def _served(self, call: Call, route: Route, holes: dict[str, str]) -> Response | Again:
        form = None
        try:
            await self._identify(call, route)
            self._admit(call, route, holes)
            if "form" in route.takes:
                guard_origin(call)
                form = await _form(call)
            if not route.need.own_proof:  # no cookie counts there, so none can be abused
                guard(call, form, from_device=route.need.from_device)
            return await self._run(call, route, holes, form)
        finally:
            if form is not None:
                await form.close()

    async def _converse(self, socket: WebSocket) -> None:
        """Serve one WebSocket; who may not have it is told before it opens, by an HTTP status."""
        call = self._call(Request({**socket.scope, "type": "http", "method": "GET"}))
        try:
            call.home, call.slug = await self._find_home(call.header("host"))
            route, holes = self._tables["app" if call.slug else "home"].match(SOCKET, _raw_path(call))
            await self._identify(call, route)
            self._admit(call, route, holes)
        except Exception as error:
            await socket.send_denial_response(await self._refuse(call, error, "jsonapi"))
            return
        await route.handler(**_arguments(route, holes, call=call, socket=socket))

    async def _run(
        self, call: Call, route: Route, holes: dict[str, str], form: FormData | None
    ) -> Response | Again:
        if route.is_async:
            response: Response | Again = await route.handler(**_arguments(route, holes, call=call, form=form))
            return response
        body = await call.decoded(route.body) if route.body is not None else None
        run = call.write if route.writes else call.read
        return await run(_handle, route, holes, call, form, body)


def _note(call: Call, route: Route, holes: dict[str, str]) -> None:
    """Let the ledger know what somebody else than the owner used."""
    if call.caller.kind not in WATCHED:
        return
    need = route.need.at(holes)
    doctype, verb = need.doctype or holes.get("doctype", ""), need.verb or _VERBS[route.method]
    for documents, named, by in call.uses or [(route.documents, "", None)]:
        if named or doctype:
            call.note(Use(by or verb, named or doctype, documents))


def _method_of(call: Call) -> str:
    """The method of an HTTP request, which never is the one that stands for sockets."""
    method: str = call.request.method
    return method if method != SOCKET else ""


def _raw_path(call: Call) -> str:
    raw_path: bytes = call.request.scope["raw_path"]
    return raw_path.decode("ascii", "replace").partition("?")[0]


def _manner_of(call: Call) -> Manner:
    """How errors are told at an address that nothing is near to: a browser that shows pages asks for one by its name."""
    return "page" if call.slug or "text/html" in call.header("accept") else "jsonapi"


def _leave(call: Call, table: Table, raw_path: str, manner: Manner) -> Response:
    """The answer to a preflight: leave for what is no page. manner: how errors are told near there."""
    with suppress(Problem):
        route, _ = table.match(call.header("access-control-request-method"), raw_path)
        manner = route.manner
    return preflight(call) if manner != "page" else Response(status_code=204)


def _handle(
    work: Work, route: Route, holes: dict[str, str], call: Call, form: FormData | None, body: Any
) -> Response:
    response: Response = route.handler(**_arguments(route, holes, work=work, call=call, form=form, body=body))
    return response


def _arguments(route: Route, holes: dict[str, str], **offered: Any) -> dict[str, Any]:
    return {name: holes[name] if name in holes else offered[name] for name in route.takes}


async def _form(call: Call) -> FormData:
    """The fields of a form. Only the owner sends files, and more than a few megabytes. Raises Malformed, TooBig."""
    files = FORM_FILES if call.caller.kind == "owner" else 0
    is_upload = files and call.header("content-type").startswith("multipart/")
    request = call.request if is_upload else Request(call.request.scope, _bounded(call.request.receive))
    try:
        return await request.form(max_files=files, max_fields=FORM_FIELDS)
    except (MultiPartException, ValueError) as error:
        raise Malformed("This form cannot be read.") from error


def _bounded(receive: Receive) -> Receive:
    left = BODY_LIMIT

    async def receiving() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooBig(limit=BODY_LIMIT)
        return message

    return receiving
