"""The server: one ASGI application over all doors, on uvicorn."""

from __future__ import annotations

import asyncio
import base64
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from functools import partial
from time import monotonic

import msgspec
import structlog
import uvicorn
from msgspec.structs import replace
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cozy.app import admin, inboxes, ledger, lobby, metering, metrics, public, shapes, signs, traces
from cozy.app.errors import Vacant, follow, refuse
from cozy.app.house import home_of, opened
from cozy.app.protocol import LateSocketProtocol, Protocol
from cozy.app.shell import render
from cozy.app.wiring import DOORS
from cozy.app.worker import Worker
from cozy.backends import caddy
from cozy.backends.alive import asking
from cozy.kernel.caller import NOBODY, Caller
from cozy.kernel.carrying import HomeGone
from cozy.kernel.home import Home, app_at, origin_of
from cozy.kernel.house import House
from cozy.kernel.problem import Unavailable
from cozy.kernel.routes import Route
from cozy.kernel.settings import Settings
from cozy.kernel.tracing import Trace, untraced
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import BadToken, ExpiredToken, WrongDevicePassword
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoHome
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.routes import routes as arrivals
from cozy.rooms.neighbours.model import WELL_KNOWN, Moved
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed
from cozy.web.call import Call, Proof
from cozy.web.cookies import read_cookie
from cozy.web.csrf import is_from_here
from cozy.web.dispatch import Dispatcher
from cozy.web.headers import EVERY_HEADER, HSTS
from cozy.web.rates import Rates
from cozy.web.signed import signer

log = structlog.get_logger()
PING_EVERY_S = 54.0  # as cozy-stack does; many proxies end what is silent for a minute
SOCKET_LIMIT = 64 * 1024  # bytes of one message that comes in
FIRST_DOMAIN = "cozy.localhost"  # where the first home of a fresh install is made
FIRST_RUN = "/my/welcome"
FOR_OTHER_HOMES = ("/sharings/", "/permissions/self")  # where the token counts that the home of a member has
WITHOUT_A_HOME = {
    "/my/language",
    "/my/assets/{name}",
    "/my/sw.js",
    "/my/manifest.webmanifest",
    *(route.path for route in signs.routes.table),
    *(route.path for route in arrivals.table),  # where one arrives that is not here yet
    WELL_KNOWN,  # where a home has gone stands at its old address
    "/oidc/redirect",  # where another service sends people back to, for all homes of the host
}  # what an error page needs, and what a host says of itself
_KNOWN_FOR_S = 1.0  # how long the list of homes is trusted: changes by the command line show within a second


class Homes:
    """Which home a Host header names, remembered for a moment."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[str, tuple[float, int, Home]] = {}

    async def at(self, host: str) -> tuple[Home, str]:
        """The home at this Host header and, on the origin of one of its apps, the app's slug.

        A home without an id when there is none.
        """
        domain = host.lower().partition(":")[0].rstrip(".")
        home = await self._at(domain)
        if home.id or home.moved_to:
            return home, ""
        around, slug = app_at(domain, self._house.settings.subdomains)
        parent = await self._at(around) if around else home
        return (parent, slug) if parent.id or parent.moved_to else (home, "")

    async def _at(self, domain: str) -> Home:
        edition = self._house.relisted[domain]
        until, known, home = self._known.get(domain, (0.0, 0, None))
        if home is None or until < monotonic() or known != edition:
            home = await self._listed(domain)
            if not home.id:
                return home
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[domain] = (monotonic() + _KNOWN_FOR_S, edition, home)
        return home

    async def _listed(self, domain: str) -> Home:
        """The home on the list; else one without an id, and without an origin unless the first may be made there."""
        settings = self._house.settings
        with suppress(NoHome):
            listing = await self._house.read_host(homes.at, domain)
            if listing.state != "gone":
                return home_of(settings, listing)
        with suppress(NoHome):
            record = msgspec.json.decode(await self._house.read_host(homes.gone_from, domain), type=Moved)
            return Home("", domain, "", moved_to=record.address)
        is_vacant = (
            settings.signup
            and not homes.contexts.lobbies(settings)
            and await self._house.read_host(homes.is_vacant)
        )
        return Home("", domain, origin_of(settings, domain) if is_vacant else "")


async def identify(call: Call, route: Route) -> None:
    """Find out who asks: a bearer token, else the session of the owner. Where there is no home, nobody does.

    The origin of an app knows no tokens: what is in its addresses is for the app.
    """
    if not call.home.id:
        return
    call.signer = signer(call)
    if route.need.own_proof:
        return
    token, cookie = "" if call.slug else _token_of(call), read_cookie(call, "session")
    if route.manner in {"dav", "ocs"} and _is_basic(call):
        call.has_token = True
        call.caller = await call.prove(partial(_by_password, call, token))
    elif token:
        call.has_token = True
        call.caller = await _let_in(call, partial(_bearer, call, token, cookie), token)
        if call.signer:
            call.caller = replace(call.caller, signed_by=call.signer)
    elif cookie:
        session, is_due = await call.read(auth.sessions.found, cookie, call.slug)
        if session is None:
            return
        call.caller = auth.sessions.caller_in(session)
        call.proofs.append(Proof(partial(call.read, auth.sessions.is_open, session.id), True))
        if is_due:
            await call.write(auth.sessions.see, session)


async def _let_in(call: Call, ask: Callable[[], Awaitable[Caller]], token: str) -> Caller:
    """Codes of six digits are not tried again and again: each time counts as a guess."""
    return await ask() if auth.tiny_codes.is_one(token) else await call.prove(ask)


async def _by_password(call: Call, password: str) -> Caller:
    """Whose password this is, where a token may stand in its place. Raises WrongDevicePassword: a program asks for another."""
    if not auth.tokens.is_one(password):
        return await auth.device_passwords.caller_of(call.house, call.home, password, call.client)
    try:
        return await call.read(auth.caller_of, password)
    except (BadToken, ExpiredToken) as error:
        raise WrongDevicePassword from error


async def _bearer(call: Call, token: str, cookie: str) -> Caller:
    """Who holds this token. cookie: of the session that came along."""

    def password_of(link: str) -> str:
        return read_cookie(call, f"pass{link}")

    if auth.tiny_codes.is_one(token):
        return await auth.tiny_codes.caller_of(call.house, call.home, token, password_of, call.client)
    return await call.read(auth.caller_of, token, cookie, password_of)


def _token_of(call: Call) -> str:
    """The token that came along: as bearer, as a Basic password, or in the address, where apps put those of pictures."""
    scheme, _, value = call.header("authorization").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if _is_basic(call):
        with suppress(ValueError):
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
    return call.query("bearer_token") or call.query("sharecode")


def _is_basic(call: Call) -> bool:
    """Whether a name and a password came along (RFC 7617)."""
    return call.header("authorization").partition(" ")[0].lower() == "basic"


def admit(call: Call, route: Route, holes: Mapping[str, str]) -> None:
    """Let the caller through this route, or not.

    What a browser sends by itself counts for the API only when one of our own pages asks, be it a session or a password
    that somebody typed there: an app on another origin brings its token.
    """
    if route.path not in WITHOUT_A_HOME:
        _admit_to(call.home, route)
        homes.terms.guard(call.house.settings, call.home.hosted, call.house.clock(), route.path, call.caller)
        homes.bills.guard(call.house.settings, call.home.hosted, call.house.clock(), route)
    is_by_itself = call.caller.kind == "owner" or _is_basic(call)
    if is_by_itself and not route.is_page and not is_from_here(call):
        call.caller = NOBODY
    need = route.need.at(holes)
    is_asked = need.known or need.verb is not None
    if is_asked and permissions.is_other_home(call.caller) and not route.path.startswith(FOR_OTHER_HOMES):
        raise NotAllowed
    permissions.admit(call.caller, need)


def _admit_to(home: Home, route: Route) -> None:
    """Raises NoHome, Vacant, HomeGone, Unavailable when it is blocked."""
    if home.moved_to:
        raise HomeGone
    if home.state == "blocked":
        raise Unavailable("This home is closed for now: ask the person who hosts it.")
    if not home.id and not home.origin:
        raise NoHome(domain=home.domain)
    if not home.id and route.path != FIRST_RUN:
        raise Vacant


def client_of(request: Request) -> str:
    """The address of the other side (uvicorn has put X-Forwarded-For of trusted proxies in its place)."""
    return request.client.host if request.client else ""


UNSTORED = (
    (b"cache-control", b"private, no-store"),
)  # unless an answer says more: what it holds is somebody's own
LAST = ((b"connection", b"close"),)  # of an answer after which the connection ends


class Application:
    """The dispatcher, with the headers that every answer carries. draining: set when connections are not to be kept."""

    def __init__(self, app: ASGIApp, draining: asyncio.Event, *, is_secure: bool) -> None:
        self._app = app
        self._draining = draining
        every = {**EVERY_HEADER, "strict-transport-security": HSTS} if is_secure else EVERY_HEADER
        self._headers = [(name.encode(), value.encode()) for name, value in every.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                is_said = any(name == b"cache-control" for name, _ in given)
                last = LAST if self._draining.is_set() else ()
                message["headers"] = [*given, *self._headers, *(() if is_said else UNSTORED), *last]
            await send(message)

        await self._app(scope, receive, sending)


@asynccontextmanager
async def application(settings: Settings, trace: Trace = untraced) -> AsyncIterator[tuple[House, ASGIApp]]:
    """The whole program: the open house, and an ASGI application over it, its worker at work beside it."""
    shapes.learn()
    worker = Worker()
    async with (
        opened(settings, wake=worker.wake, trace=trace) as house,
        ledger.writing(house),
        metering.writing(house),
        worker.running(house),
        moves.going_on(house),
        inboxes.watched(house),
    ):
        yield house, serving(house)


def serving(house: House) -> ASGIApp:
    """The ASGI application over an open house."""
    rates = Rates(house.settings.address_per_minute, house.settings.home_per_minute)
    dispatcher = Dispatcher(
        DOORS,
        house,
        find_home=Homes(house).at,
        identify=rates.around(identify),
        admit=admit,
        refuse=refuse,
        follow=follow,
        client_of=client_of,
        render=render,
    )
    return Application(
        lobby.beside(dispatcher, house),
        house.draining,
        is_secure=house.settings.public_url.startswith("https:"),
    )


async def serve(settings: Settings, announce: Callable[[list[str]], None]) -> None:
    """Answer until told to stop, then finish what is under way and close every file.

    announce: told, once we answer, the addresses that people can open: those of the homes, or where to make the first.
    """
    if settings.public:
        settings = public.behind(settings)
    sockets = listening(settings)
    admins = admin.listening(settings.admin_listen) if settings.admin_listen else []
    monitors = admin.listening(settings.metrics_listen, "metrics_listen") if settings.metrics_listen else []
    settings = replace(settings, port=sockets[0].getsockname()[1])
    async with AsyncExitStack() as stack:
        trace = stack.enter_context(traces.sent(settings))
        house, app = await stack.enter_async_context(application(settings, trace))
        if settings.traces:
            app = traces.Traced(app, trace)
        doors: list[tuple[ASGIApp, list[socket.socket]]] = [
            (metrics.Counted(app) if monitors else app, sockets)
        ]
        if admins:
            doors.append((admin.administration(house), admins))
        asks = public.asking() if settings.public else None
        if asks is not None:
            doors.append((public.answering(house, Homes(house).at), [asks]))
        if monitors:
            certificates = public.certificates("/certificate", house, Homes(house).at)
            doors.append((metrics.monitor(house, certificates), monitors))
        serving_at = [(Server(configured(door, settings)), its) for door, its in doors]

        def stop() -> None:
            house.leaving.set()
            for server, _ in serving_at:
                server.stop()

        _heed(house, stop)
        async with (
            admin.at_work(house) if admins else nullcontext(),
            caddy.running(public.front(settings, asks)) if asks is not None else nullcontext(),
        ):
            announce(await addresses(house))
            await asyncio.gather(*(server.serve(its) for server, its in serving_at))


def _heed(house: House, stop: Callable[[], None]) -> None:
    """Stop on SIGINT, and on SIGTERM when the time to drain is over; when told again, at once."""
    loop, drain_s = asyncio.get_running_loop(), house.settings.drain_s
    waiting: list[asyncio.TimerHandle] = []

    def stop_now() -> None:
        for timer in waiting:
            timer.cancel()
        stop()

    def drain() -> None:
        if house.draining.is_set() or not drain_s:
            stop_now()
            return
        house.draining.set()
        waiting.append(loop.call_later(drain_s, stop))

    loop.add_signal_handler(signal.SIGINT, stop_now)
    loop.add_signal_handler(signal.SIGTERM, drain)


def configured(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves the application. Messages are not compressed: it would cost 50 kB of memory a socket."""
    proxies = settings.trusted_proxies
    return uvicorn.Config(
        app, loop="none", http=Protocol, ws=LateSocketProtocol, ws_max_size=SOCKET_LIMIT,
        ws_ping_interval=PING_EVERY_S, ws_per_message_deflate=False, lifespan="off", log_level="warning",
        access_log=False, server_header=False, proxy_headers=bool(proxies), forwarded_allow_ips=proxies or None,
        timeout_graceful_shutdown=10, timeout_keep_alive=75,
    )  # fmt: skip


class Server(uvicorn.Server):
    """uvicorn's server, which would end the process by the signal again before our files are closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield

    def stop(self) -> None:
        """Stop answering; a second time, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def listening(settings: Settings) -> list[socket.socket]:
    """Sockets on the address and port of the settings. Raises Unavailable when the port is in use.

    On loopback both of its addresses, since programs disagree on which one `*.localhost` is.
    """
    try:
        first = _bound(settings.host, settings.port)
    except OSError as error:
        raise Unavailable(
            f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}. Choose another with --port."
        ) from error
    twin = {"127.0.0.1": "::1", "::1": "127.0.0.1"}.get(settings.host)
    try:
        return [first, _bound(twin, first.getsockname()[1])] if twin else [first]
    except OSError:
        return [first]


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return asking(socket.create_server((host, port), family=family, backlog=2048))


async def addresses(house: House) -> list[str]:
    """Where people can go: their homes, or the page that makes the first one."""
    listings = await house.read_host(homes.listed, "", 5)
    return [origin_of(house.settings, listing.domain) for listing in listings] or [
        origin_of(house.settings, house.settings.public or FIRST_DOMAIN)
    ]
