"""One open socket: what its other side may and wants to hear, and what it was not told yet."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from cozy.kernel.bus import Change
from cozy.kernel.caller import NOBODY, Caller
from cozy.kernel.ledger import Use
from cozy.kernel.problem import Problem
from cozy.rooms.auth import service as auth
from cozy.web.call import Call
from cozy.web.cookies import read_cookie
from cozy.web.sockets import first_of

from .. import service
from ..model import (
    PROTOCOL,
    Command,
    Credentials,
    Holder,
    Topic,
    command_of,
    forbidden,
    missing_type,
    too_many,
    topic_of,
    unauthorized,
    unknown_method,
)

AUTH_WITHIN_S = 30.0
SEND_WITHIN_S = 10.0  # the other side takes a message, or has gone
CHECK_EVERY_S = 60.0  # whether the caller still may listen, where nothing told us that they may not
CHECK_APART_S = 0.5  # the least, when somebody else wrote we do not know what
TOPICS = 1_000
WAITING = 10_000  # changes kept for a side that is slow
MESSAGE_LIMIT = 8 * 1024  # bytes
AT_ONCE = 32  # messages to one socket before others get their turn

# RFC 6455 §7.4.1, and the registry of its section 11.7
MALFORMED, POLICY, TOO_BIG, TRY_AGAIN = 1007, 1008, 1009, 1013


class Ended(Exception):
    """We hang up."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Conversation:
    """A task listens to the other side, another tells it what happens; the first to end takes the other along."""

    def __init__(self, call: Call, socket: WebSocket) -> None:
        self._call = call
        self._socket = socket
        self._cookie = read_cookie(call, "session")
        self._credentials = Credentials("", self._cookie)
        self._caller: Caller = NOBODY
        self._topics: dict[str, set[str]] = {}  # ids by doctype; "" is every one
        self._waiting: deque[Change] = deque()
        self._is_slow = False
        self._woken = asyncio.Event()
        self._checked_at, self._check_at = 0.0, math.inf  # of the event loop's clock

    async def run(self) -> None:
        """From the handshake until one side hangs up."""
        is_spoken = PROTOCOL in self._socket.scope.get("subprotocols", ())
        try:
            await self._socket.accept(PROTOCOL if is_spoken else None)
            await self._converse()
        except Ended as ended:
            with suppress(WebSocketDisconnect, TimeoutError):
                async with asyncio.timeout(SEND_WITHIN_S):
                    await self._socket.close(ended.code, ended.reason)
        except WebSocketDisconnect:
            pass

    async def _converse(self) -> None:
        """It hears before it is let in, so that no withdrawal of what lets it in is missed."""
        end = await self._call.house.bus.hear(self._call.home.id, self._hear)
        try:
            await self._admit()
            await first_of(self._listen(), self._tell())
        finally:
            end()

    async def _admit(self) -> None:
        """A page of the home is known by its session; everybody else says who they are, first of all."""
        if self._call.caller.kind == "owner":
            await self._hold(self._credentials)
            return
        try:
            async with asyncio.timeout(AUTH_WITHIN_S):
                command = await self._command()
        except TimeoutError as error:
            raise Ended(POLICY, "nobody said who is there") from error
        if command.method.upper() != "AUTH":
            await self._send(unknown_method(command))
            raise Ended(POLICY, "AUTH comes first")
        await self._authenticate(command)

    async def _authenticate(self, command: Command) -> None:
        try:
            if not isinstance(command.payload, str) or not command.payload:
                raise Ended(POLICY, "no token")
            await self._hold(Credentials(command.payload, self._cookie))
        except Ended:
            await self._send(unauthorized(command))
            raise

    async def _hold(self, credentials: Credentials) -> None:
        """Be the caller that these name, from now on and as long as they do. Raises Ended."""
        self._check_at = math.inf
        try:
            if not await self._call.house.read_host(service.is_open, self._call.home.domain):
                raise Ended(POLICY, "this home is closed")
            if auth.tiny_codes.is_one(credentials.token):
                await self._count_guess(credentials.token)
            holder = await self._call.house.read(
                self._call.home, NOBODY, service.holder, credentials, self._password_of
            )
        except Problem as error:
            raise Ended(POLICY, "this opens nothing") from error
        self._credentials, self._caller = credentials, holder.caller
        self._checked_at = asyncio.get_running_loop().time()
        self._check_at = min(self._check_at, self._checked_at + self._good_for_s(holder))

    async def _count_guess(self, code: str) -> None:
        """A socket is no place to try codes of six digits either. Raises BadToken, ExpiredToken, TooManyAttempts."""
        call = self._call
        await auth.tiny_codes.caller_of(call.house, call.home, code, self._password_of, call.client)

    def _password_of(self, link: str) -> str:
        return read_cookie(self._call, f"pass{link}")

    def _good_for_s(self, holder: Holder) -> float:
        if holder.ends_at is None:
            return CHECK_EVERY_S
        return min(
            CHECK_EVERY_S, max(0.0, (holder.ends_at - self._call.house.clock()).total_seconds()) + 0.01
        )

    async def _listen(self) -> None:
        while True:
            command = await self._command()
            match command.method.upper():
                case "SUBSCRIBE":
                    await self._subscribe(command)
                case "UNSUBSCRIBE":
                    await self._unsubscribe(command)
                case "AUTH":
                    await self._authenticate(command)
                case _:
                    await self._send(unknown_method(command))

    async def _command(self) -> Command:
        """Raises Ended, WebSocketDisconnect."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        said: str | bytes = message.get("text") or message.get("bytes") or ""
        if len(said) > MESSAGE_LIMIT:
            raise Ended(TOO_BIG, "messages are short here")
        try:
            return command_of(said)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            raise Ended(MALFORMED, "this is no command") from error

    async def _subscribe(self, command: Command) -> None:
        topic = topic_of(command.payload)
        if not topic.type:
            await self._send(missing_type(command))
        elif not await self._may_hear(topic):
            await self._send(forbidden(topic))
        elif sum(map(len, self._topics.values())) >= TOPICS:
            await self._send(too_many(command, TOPICS))
        else:
            self._topics.setdefault(topic.type, set()).add(topic.id)
            self._note(Use("GET", topic.type, documents=0))

    async def _unsubscribe(self, command: Command) -> None:
        topic = topic_of(command.payload)
        if not topic.type:
            await self._send(missing_type(command))
        self._forget(topic)

    def _forget(self, topic: Topic) -> None:
        ids = self._topics.get(topic.type, set())
        ids.discard(topic.id)
        if not ids:
            self._topics.pop(topic.type, None)

    async def _may_hear(self, topic: Topic) -> bool:
        return await self._call.house.read(self._call.home, self._caller, service.may_hear, topic)

    def _hear(self, changes: Sequence[Change]) -> None:
        """Called by the bus; quick, since everybody else waits meanwhile."""
        if not changes:
            self._check_by(max(asyncio.get_running_loop().time(), self._checked_at + CHECK_APART_S))
        for change in changes:
            if service.concerns(self._caller, change):
                self._check_by(0.0)
            ids = self._topics.get(change.doctype)
            if ids and ("" in ids or change.id in ids):
                self._waiting.append(change)
        if len(self._waiting) > WAITING:
            self._is_slow = True
            self._waiting.clear()
        if self._waiting or self._is_slow:
            self._woken.set()

    def _check_by(self, when: float) -> None:
        if when < self._check_at:
            self._check_at = when
            self._woken.set()

    async def _tell(self) -> None:
        """Raises Ended."""
        loop = asyncio.get_running_loop()
        sent = 0
        while True:
            if loop.time() >= self._check_at:
                await self._check()
            elif self._is_slow:
                raise Ended(TRY_AGAIN, "too slow")
            elif self._waiting:
                await self._tell_of(self._waiting.popleft())
                sent += 1
                if sent % AT_ONCE == 0:
                    await asyncio.sleep(0)
            else:
                await self._wake()

    async def _wake(self) -> None:
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._check_at):
                await self._woken.wait()

    async def _check(self) -> None:
        """Whether the caller still is one, and may still hear what they hear. Raises Ended."""
        before = self._caller
        try:
            await self._hold(self._credentials)
        except Ended:
            await self._send(unauthorized(Command("AUTH")))
            raise
        if self._caller == before:
            return
        for topic in [Topic(type_, id_) for type_, ids in self._topics.items() for id_ in ids]:
            if not await self._may_hear(topic):
                self._forget(topic)
                await self._send(forbidden(topic))

    async def _tell_of(self, change: Change) -> None:
        is_free = service.may_hear_all(self._caller, change.doctype)
        if is_free or await self._call.house.read(self._call.home, self._caller, service.may_hear_of, change):
            await self._send(service.event(change))
            self._note(Use("GET", change.doctype, requests=0))

    def _note(self, use: Use) -> None:
        """To hear of documents is to read them."""
        self._call.house.ledger.note(self._call.home, self._caller, use, self._call.house.clock())

    async def _send(self, text: str) -> None:
        """Raises Ended, WebSocketDisconnect."""
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._socket.send_text(text)
        except TimeoutError as error:
            raise Ended(TRY_AGAIN, "too slow") from error
