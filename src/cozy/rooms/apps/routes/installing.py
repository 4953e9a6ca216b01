"""Install, update and remove apps and connectors (cozy-stack docs/apps.md, docs/konnectors.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.call import Call
from cozy.web.ranges import Stream

from .. import service
from ..model import APPS, KONNECTORS, App, Kind
from .resources import resource

routes = Routes()

Tell = Callable[[App], None]
Run = Callable[[Tell], Awaitable[App]]
STILL_HERE_S = 10.0
_under_way: set[asyncio.Task[App]] = set()  # what nothing holds, the garbage collector ends


@routes.on("POST", "/apps/{slug}", may("POST", APPS))
async def install_app(call: Call, slug: str) -> Response:
    """Install an app from `Source`. 202 once its manifest is known, or a stream of its states; 400, 401, 403, 404, 409, 422."""
    return await _install(call, slug, "app")


@routes.on("POST", "/konnectors/{slug}", may("POST", KONNECTORS))
async def install_konnector(call: Call, slug: str) -> Response:
    """Install a connector, in the same way."""
    return await _install(call, slug, "konnector")


@routes.on("PUT", "/apps/{slug}", may("POST", APPS))
async def update_app(call: Call, slug: str) -> Response:
    """Update an app, from `Source`. 202, or a stream of its states; 400, 401, 403, 404, 409, 422."""
    return await _update(call, slug, "app")


@routes.on("PUT", "/konnectors/{slug}", may("POST", KONNECTORS))
async def update_konnector(call: Call, slug: str) -> Response:
    """Update a connector, in the same way."""
    return await _update(call, slug, "konnector")


@routes.on("DELETE", "/apps/{slug}", may("DELETE", APPS))
def uninstall_app(work: Work, slug: str) -> Response:
    """Remove an app: its grant ends, what it kept in documents stays. 200; 400, 401, 403, 404, 409."""
    return _uninstall(work, slug, "app")


@routes.on("DELETE", "/konnectors/{slug}", may("DELETE", KONNECTORS))
def uninstall_konnector(work: Work, slug: str) -> Response:
    """Remove a connector, in the same way."""
    return _uninstall(work, slug, "konnector")


async def _install(call: Call, slug: str, kind: Kind) -> Response:
    source = call.query("Source") or f"registry://{slug}/stable"
    service.rights.check(call.caller, kind, "POST", source)
    parameters = _parameters(call)
    is_asleep = call.query("Deactivated") == "true"

    async def run(tell: Tell) -> App:
        return await service.installing.install(
            call.house, call.home, call.caller, slug, kind, source,
            parameters=parameters, is_asleep=is_asleep, tell=tell,
        )  # fmt: skip

    return await _started(call, run)


async def _update(call: Call, slug: str, kind: Kind) -> Response:
    source = call.query("Source") or (await call.read(service.manifest, slug, kind)).source
    service.rights.check(call.caller, kind, "POST", source)
    acked = call.query("PermissionsAcked").lower() in {"true", "1"}

    async def run(tell: Tell) -> App:
        return await service.installing.update(
            call.house, call.home, call.caller, slug, kind, source, acked=acked, tell=tell
        )

    return await _started(call, run)


def _uninstall(work: Work, slug: str, kind: Kind) -> Response:
    service.rights.check(work.caller, kind, "DELETE", f"registry://{slug}")
    return jsonapi.answer(resource(work, service.installing.uninstall(work, slug, kind)))


def _parameters(call: Call) -> dict[str, Any] | None:
    text = call.query("Parameters")
    try:
        return msgspec.json.decode(text, type=dict[str, Any]) if text else None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed("Parameters are a JSON object.", parameter="Parameters") from error


async def _started(call: Call, run: Run) -> Response:
    """Let it go on by itself, whether or not somebody waits; tell its first state, or each as it comes."""
    states: asyncio.Queue[App] = asyncio.Queue()
    task = asyncio.ensure_future(run(states.put_nowait))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    if call.header("accept") == "text/event-stream":
        return Stream(_events(call, states, task), 200, {"content-type": "text/event-stream"})
    first = await _next(states, task)
    task.add_done_callback(_looked_at)
    return jsonapi.answer(await call.read(resource, first), 202)


def _looked_at(task: asyncio.Task[App]) -> None:
    """What failed after the answer is told in the app's document."""
    if not task.cancelled():
        task.exception()


async def _next(states: asyncio.Queue[App], task: asyncio.Task[App], within_s: float | None = None) -> App:
    """The next state. Raises what ended the task when there is none, TimeoutError."""
    state = asyncio.ensure_future(states.get())
    try:
        await asyncio.wait({state, task}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        if state.done():
            return state.result()
        if not states.empty():
            return states.get_nowait()
        return task.result() if task.done() else _still()
    finally:
        state.cancel()


def _still() -> App:
    raise TimeoutError


async def _events(call: Call, states: asyncio.Queue[App], task: asyncio.Task[App]) -> AsyncIterator[bytes]:
    """Server-sent events: `state` with the app, `error` with a text."""
    task.add_done_callback(_looked_at)
    while True:
        try:
            app = await _next(states, task, STILL_HERE_S)
        except TimeoutError:
            yield b": still working\r\n\r\n"
            continue
        except Problem as problem:
            yield _event("error", problem.said or problem.detail)
            return
        except Exception:
            yield _event("error", "Something broke on our side")
            return
        if app.state == "errored" or app.body.get("error"):
            yield _event("error", app.body.get("error", ""))
            return
        yield _event("state", {"data": await call.read(resource, app)})
        if app.state in {"ready", "installed"}:
            return


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\r\ndata: {msgspec.json.encode(data).decode()}\r\n\r\n".encode()
