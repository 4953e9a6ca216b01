"""What changes in a drive, told at once (cozy-stack docs/shared-drives.md): to the owner's programs and to the homes of members; on a
member's side, what the owner's home tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.websockets import WebSocket, WebSocketDisconnect

from cozy.kernel.bus import Change
from cozy.kernel.caller import NOBODY, SYSTEM
from cozy.kernel.ledger import Use
from cozy.kernel.outside import Line
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, Routes
from cozy.kernel.work import Work
from cozy.rooms.realtime import service as realtime
from cozy.rooms.realtime.model import PROTOCOL, Command, Credentials, command_of, unauthorized
from cozy.rooms.sharing import service as sharings
from cozy.web.call import Call
from cozy.web.cookies import read_cookie
from cozy.web.sockets import first_of

from .. import service
from ..model import FILES, ROUTES, Distant, Opened

AUTH_WITHIN_S = 30.0
SEND_WITHIN_S = 10.0
CHECK_EVERY_S = 60.0
WAITING = 10_000  # changes kept for a side that is slow
POLICY, TRY_AGAIN, OVER = 1008, 1013, 1000  # RFC 6455 §7.4.1

routes = Routes()


class Hangup(Exception):
    """We hang up."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Asker(Struct, frozen=True):
    """Who listens, and to what: a drive of this home, or one elsewhere."""

    token: str
    here: Opened | None = None
    there: Distant | None = None


@routes.socket(f"{ROUTES}/{{drive_id}}/realtime", OPEN)
async def listen(call: Call, socket: WebSocket, drive_id: str) -> None:
    """Hear of what changes in a drive: AUTH with a token first; there is nothing to subscribe to."""
    is_spoken = PROTOCOL in socket.scope.get("subprotocols", ())
    try:
        await socket.accept(PROTOCOL if is_spoken else None)
        asker = await _admitted(call, socket, drive_id)
        if asker.there is not None:
            await _pass_on(call, socket, asker.there)
        else:
            await _tell(call, socket, drive_id, asker)
    except Hangup as over:
        with suppress(WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(SEND_WITHIN_S):
                await socket.close(over.code, str(over))
    except WebSocketDisconnect:
        pass


async def _admitted(call: Call, socket: WebSocket, drive_id: str) -> Asker:
    """Who has said who they are. Raises Hangup."""
    try:
        async with asyncio.timeout(AUTH_WITHIN_S):
            command = _command(await socket.receive_text())
    except TimeoutError as error:
        raise Hangup(POLICY, "nobody said who is there") from error
    token = command.payload if isinstance(command.payload, str) else ""
    try:
        return await _asker(call, drive_id, token if command.method.upper() == "AUTH" else "")
    except Problem as error:
        await _send(socket, unauthorized(command))
        raise Hangup(POLICY, "this opens nothing") from error


def _command(text: str) -> Command:
    try:
        return command_of(text)
    except (msgspec.DecodeError, RecursionError):
        return Command()


async def _asker(call: Call, drive_id: str, token: str) -> Asker:
    """Raises BadToken, ExpiredToken, NoDrive, DriveClosed, NotAllowed, NotSigned."""

    def password_of(link: str) -> str:
        return read_cookie(call, f"pass{link}")

    held = Credentials(token, read_cookie(call, "session"))
    holder = await call.house.read(call.home, NOBODY, realtime.holder, held, password_of)
    caller = replace(holder.caller, signed_by=call.caller.signed_by)
    return await call.house.read(call.home, caller, _open, drive_id, token)


def _open(work: Work, drive_id: str, token: str) -> Asker:
    if (there := service.elsewhere(work, drive_id, "GET")) is not None:
        return Asker(token, there=there)
    return Asker(token, here=service.open_(work, drive_id, token))


async def _tell(call: Call, socket: WebSocket, drive_id: str, asker: Asker) -> None:
    """Tell each change that the listener may see, for as long as they may."""
    waiting: asyncio.Queue[Change] = asyncio.Queue(WAITING)
    withdrawn = asyncio.Event()
    caller = asker.here.caller if asker.here else NOBODY

    def hear(changes: Sequence[Change]) -> None:
        if not changes:
            withdrawn.set()
        for change in changes:
            if change.doctype == FILES:
                with suppress(asyncio.QueueFull):
                    waiting.put_nowait(change)
            elif realtime.concerns(caller, change) or change.id == drive_id:
                withdrawn.set()

    async def telling() -> None:
        while not waiting.full():
            change = await waiting.get()
            if (told := await call.house.read(call.home, caller, _told, change)) is not None:
                await _send(socket, realtime.event(told))
                call.house.ledger.note(call.home, caller, Use("GET", FILES, requests=0), call.house.clock())
        raise Hangup(TRY_AGAIN, "too slow")

    async def checking() -> None:
        nonlocal caller
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_EVERY_S):
                    await withdrawn.wait()
            withdrawn.clear()
            try:
                still = await _asker(call, drive_id, asker.token)
            except Problem as error:
                await _send(socket, unauthorized(Command("AUTH")))
                raise Hangup(POLICY, "not any more") from error
            caller = still.here.caller if still.here else NOBODY

    end = await call.house.bus.hear(call.home.id, hear)
    try:
        withdrawn.set()  # what was withdrawn since the token was looked at
        await first_of(telling(), checking(), _silent(socket))
    finally:
        end()


def _told(work: Work, change: Change) -> Change | None:
    """A change as the listener may hear of it: what left the drive is deleted, as far as they know; None for nothing."""
    if realtime.may_hear_of(work, change):
        return change
    before = replace(change, verb="UPDATED", body=change.before)
    if not change.before or not realtime.may_hear_of(work, before):
        return None
    return replace(change, verb="DELETED", body={})


async def _pass_on(call: Call, socket: WebSocket, drive: Distant) -> None:
    """Tell what the owner's home tells, until either side hangs up. background=true: nobody looks, some program only follows."""
    if call.query("background") != "true":
        await call.house.write(call.home, SYSTEM, sharings.shortcuts.see, drive.id)
    try:
        url = f"{drive.address}{ROUTES}/{drive.id}/realtime"
        headers = await service.signed(call.house, call.home, drive, "GET", url, {})
        async with call.house.outside.call(url, headers=headers, protocol=PROTOCOL) as line:
            await line.say(msgspec.json.encode({"method": "AUTH", "payload": drive.token}).decode())
            await first_of(_echo(line, socket), _silent(socket))
    except Problem as error:
        raise Hangup(TRY_AGAIN, "the other home is away") from error
    raise Hangup(TRY_AGAIN, "the other home has hung up")


async def _echo(line: Line, socket: WebSocket) -> None:
    while (text := await line.hear()) is not None:
        await _send(socket, text)


async def _silent(socket: WebSocket) -> None:
    """Until the other side hangs up; what it says meanwhile is passed over."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, text: str) -> None:
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            await socket.send_text(text)
    except TimeoutError as error:
        raise Hangup(TRY_AGAIN, "too slow") from error
