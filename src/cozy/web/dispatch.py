"""The way down: host, route, caller, transaction, handler. And the one way back for errors."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Malformed, NotFound, Problem
from cozy.kernel.routes import Manner, Route, Routes, pattern
from cozy.kernel.work import Work

from .call import BODY_LIMIT, Call, Renderer, TooBig
from .csrf import guard, guard_origin

FORM_FIELDS = 20_000  # of one form: the whole selection of a large folder
FORM_FILES = 100


class NoPage(NotFound):
    """There is no page at this address."""


class NoMethod(Problem):
    """This address does not answer that method."""

    kind = "method"


class Table:
    """Routes by first path segment and method, the most literal first."""

    def __init__(self, doors: Iterable[Routes]) -> None:
        self._by_segment: dict[str, list[tuple[re.Pattern[str], Route]]] = defaultdict(list)
        routes = [route for door in doors for route in door.table]
        for route in sorted(routes, key=lambda r: (r.path.count("{"), -len(r.path), r.path)):
            self._by_segment[_first_word(route.path)].append((pattern(route.path), route))
        self._manners = {
            word: Counter(route.manner for _, route in near).most_common(1)[0][0]
            for word, near in self._by_segment.items()
        }

    def match(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """The route, and what its holes hold. HEAD is served by GET. Raises NoPage, NoMethod."""
        path = raw_path.rstrip("/") or "/"
        wanted = "GET" if method == "HEAD" else method
        allowed: set[str] = set()
        for regex, route in self._by_segment.get(_first_word(path), ()):
            if (found := regex.fullmatch(path)) is None:
                continue
            if route.method in {wanted, method}:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
            allowed.add(route.method)
        raise NoMethod(allowed=sorted(allowed)) if allowed else NoPage()

    def manner_near(self, raw_path: str) -> Manner:
        """How errors are told where there may be no route: as by most routes that begin with the same word."""
        return self._manners.get(_first_word(raw_path), "page")


def _first_word(path: str) -> str:
    return path.lstrip("/").partition("/")[0]


class Dispatcher:
    """An ASGI application over the doors of all rooms."""

    def __init__(
        self,
        doors: Iterable[Routes],
        house: House,
        *,
        find_home: Callable[[str], Awaitable[Home]],
        identify: Callable[[Call], Awaitable[None]],
        admit: Callable[[Call, Route], None],
        refuse: Callable[[Call, BaseException, Manner], Awaitable[Response]],
        client_of: Callable[[Request], str],
        render: Renderer,
    ) -> None:
        self._table = Table(doors)
        self._house = house
        self._find_home = find_home
        self._identify = identify
        self._admit = admit
        self._refuse = refuse
        self._client_of = client_of
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        nowhere = Home("", request.headers.get("host", ""), "")
        call = Call(request, self._house, nowhere, self._client_of(request), self._render)
        response = await self._answer(call)
        for cookie in call.cookies_out:
            response.headers.append("set-cookie", cookie)
        await response(scope, receive, send)

    async def _answer(self, call: Call) -> Response:
        raw_path = call.request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
        manner = self._table.manner_near(raw_path)
        form = None
        try:
            call.home = await self._find_home(call.header("host"))
            route, holes = self._table.match(call.request.method, raw_path)
            manner = route.manner
            await self._identify(call)
            self._admit(call, route)
            if "form" in route.takes:
                guard_origin(call)
                form = await _form(call)
            guard(call, form)
            return await self._run(call, route, holes, form)
        except Exception as error:
            return await self._refuse(call, error, manner)
        finally:
            if form is not None:
                await form.close()

    async def _run(self, call: Call, route: Route, holes: dict[str, str], form: FormData | None) -> Response:
        if route.is_async:
            response: Response = await route.handler(**_arguments(route, holes, call=call, form=form))
            return response
        body = await call.decoded(route.body) if route.body is not None else None
        run = call.write if route.writes else call.read
        return await run(_handle, route, holes, call, form, body)


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
