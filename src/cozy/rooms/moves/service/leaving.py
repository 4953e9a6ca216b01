"""The old host: a home is carried to another one while it is used, and then lives there."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.blobs import Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import BLOCK, Leaving, hash_of, root_of
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.neighbours.model import Moved, address_of
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import (
    ArrivedAlready,
    BadInvitation,
    GivenUp,
    Moves,
    NoDeparture,
    NotArrived,
    NotWhole,
    NotYet,
    TargetRefuses,
)
from ..model import AT_ONCE, BATCH, FEW, SOME, Asked, Departure, Statement, Whole
from .asking import Target
from .expecting import packed

_EVERY_S = 0.5  # it is told how much is carried, and looked whether it is given up
_HOLDS = 5  # times that writers are held, before it is given a rest


async def begin(house: House, home: Home, invitation: str) -> Departure:
    """Let a home move to where it is expected. invitation: what `cozy expect` printed there. Nothing is asked yet.

    The same again goes on; with another code, it goes on with that. Raises BadInvitation, Moves, ArrivedAlready.
    """
    address, _, rest = invitation.strip().partition("#")
    code, at, door = rest.partition("@")
    asked = door if at else address
    if not code or not all(each.startswith(("http://", "https://")) for each in (address, asked)):
        raise BadInvitation(parameter="invitation")
    if home.origin.startswith("https://") and not all(
        each.startswith("https://") for each in (address, asked)
    ):
        raise BadInvitation(
            "A home that is reached by https does not move over an open line: the address begins with https.",
            parameter="invitation",
        )
    if address_of(asked) == address_of(home.origin):
        raise BadInvitation(
            "This address leads to the host where the home is. To keep it, the home is expected there with --reached-by and a name of that host.",
            parameter="invitation",
        )
    departure = Departure(
        home.id, home.domain, address_of(home.origin), address_of(address), code, iso(house.clock()),
        door=address_of(door) if door else "",
    )  # fmt: skip
    return await house.write_host(_begin, departure)


def _begin(work: Work, departure: Departure) -> Departure:
    store.hold_departure(work, departure.home_id)
    known = store.departure_of(work, departure.home_id)
    if known is not None and known.state == "arrived":
        raise ArrivedAlready
    if known is not None and known.address != departure.address:
        raise Moves(address=known.address)
    if known is not None:
        departure = replace(known, code=departure.code, door=departure.door, given_up=False, unheard=False)
    store.keep_departure(work, departure)
    return departure


def of(work: Work, home_id: str) -> Departure:
    """How far a home is that moves away. Raises NoDeparture."""
    found = store.departure_of(work, home_id)
    if found is None:
        raise NoDeparture
    return found


def under_way(work: Work) -> list[Departure]:
    """The homes that move away and have not arrived."""
    return store.under_way(work)


def change(work: Work, home_id: str, **said: Any) -> Departure:
    """Note how far it is. Raises NoDeparture."""
    store.hold_departure(work, home_id)
    changed = replace(of(work, home_id), **said)
    store.keep_departure(work, changed)
    return changed


def forget(work: Work, home_id: str) -> None:
    """Forget that a home moves, which is here no more."""
    store.forget_departure(work, home_id)


def give_up(work: Work, home_id: str, *, unheard: bool = False) -> None:
    """Let it stay after all: whoever carries it sees that soon. unheard: even where the other host never says again that the home
    does not live there. Raises NoDeparture, ArrivedAlready.
    """
    if change(work, home_id, given_up=True, unheard=unheard).state == "arrived":
        raise ArrivedAlready


async def carry_on(house: House, home_id: str) -> Departure:
    """Go on where a move was, whatever ended it, until the home lives at its new address. Each step may be done twice.

    Raises CarriedAlready when another process is at it, GivenUp when it stays after all, NoDeparture; TargetRefuses, NotYet and what
    `Outside.fetch` does, after which it may be tried again.
    """
    async with house.storage.leaving(home_id) as leaving:
        departure = await house.read_host(of, home_id)
        home = Home(home_id, departure.domain, departure.before)
        move = _Move(house, leaving, _target(house, home, departure), departure)
        if departure.state == "arrived":
            return departure
        if await move.is_given_up():
            await move.stay()
            raise GivenUp
        if departure.state == "copying" and not await leaving.is_sealed():
            await move.copy()
        if move.departure.state == "copying":
            await move.go()
        return await move.arrive()


def _target(house: House, home: Home, departure: Departure) -> Target:
    return Target(house, home, departure.address, departure.door)


@dataclass(slots=True)
class _Move:
    """A move under way. there: what is known of the other host: hashes of its blocks, keys of its contents."""

    house: House
    leaving: Leaving
    target: Target
    departure: Departure
    blocks: list[bytes] = field(default_factory=list)
    contents: set[str] = field(default_factory=set)
    began: float = 0.0  # when writers were held
    carried: int = 0  # bytes
    noted_at: float = 0.0  # when that was told last

    async def note(self, **said: Any) -> None:
        """Keep how far it is."""
        self.departure = await self.house.write_host(change, self.departure.home_id, **said)

    async def is_given_up(self) -> bool:
        return (await self.house.read_host(of, self.departure.home_id)).given_up

    async def copy(self) -> None:
        """Carry everything while the home is used, until so little is missing that writers may wait for it; then the home takes
        nothing more here.
        """
        await self._ask_in()
        for _ in range(_HOLDS):
            before = math.inf
            while FEW < (carried := await self.round()) < before:
                before = carried
            if await self._seal():
                return
        raise NotYet

    async def _ask_in(self) -> None:
        house, home = self.house, self.target.home
        listing = await house.read_host(homes.at, home.domain)
        stored = await asyncio.to_thread(lambda: sum(each.size for each in house.blobs.stored(home.id)))
        size = stored + await self.leaving.size()
        await self.note(size=size)
        formerly = listing.hosted.formerly
        asked = Asked(self.departure.code, home.id, home.origin, formerly, self.leaving.version, size)
        await self.target.let_in(asked)
        self.blocks = await self.target.hashes()
        self.contents = await self.target.contents()

    async def round(self) -> int:
        """Carry what is missing there; how many blocks that were."""
        await self._carry_contents()
        hashes = await self.leaving.hashes()
        missing = [at for at, each in enumerate(hashes) if self.blocks[at : at + 1] != [each]]
        await self._carry_all(missing)
        del self.blocks[len(hashes) :]
        return len(missing)

    async def catch_up(self, changed: Sequence[int]) -> None:
        """Carry these blocks, and what comes of a file that is longer or shorter by now."""
        await self._carry_contents()
        count = -(-await self.leaving.size() // BLOCK)
        ends = {*range(max(len(self.blocks) - 1, 0), count), count - 1}
        await self._carry_all(sorted({number for number in changed if number < count} | ends))
        del self.blocks[count:]

    async def _carry_all(self, numbers: Sequence[int]) -> None:
        for at in range(0, len(numbers), BATCH):
            await self._check()
            await self._carry_blocks(numbers[at : at + BATCH])

    async def _carry_blocks(self, numbers: Sequence[int]) -> None:
        read = [(number, await self.leaving.block(number)) for number in numbers]
        body = b"".join(packed(*each) for each in read)
        await self.target.put_blocks(body)
        self.carried += len(body)
        for number, block in read:
            self.blocks[number : number + 1] = [hash_of(block)]

    async def _carry_contents(self) -> None:
        home_id = self.departure.home_id
        stored = await asyncio.to_thread(lambda: [each.key for each in self.house.blobs.stored(home_id)])
        missing = deque(key for key in stored if key not in self.contents)
        carrying = [self._carry_some(missing) for _ in range(min(AT_ONCE, len(missing)))]
        for outcome in await asyncio.gather(*carrying, return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def _carry_some(self, missing: deque[str]) -> None:
        """Carry contents as long as there are any, beside others that do; when one fails, all leave the rest."""
        try:
            while missing:
                key = missing.popleft()
                await self._check()
                await self._carry_content(key)
        except BaseException:
            missing.clear()
            raise

    async def _carry_content(self, key: str) -> None:
        with suppress(Missing):  # freed meanwhile
            self.carried += await self.target.put_content(key)
            self.contents.add(key)

    async def _check(self) -> None:
        """Tell now and then how much is carried, while nobody waits. Raises GivenUp."""
        now = monotonic()
        if self.began or now - self.noted_at < _EVERY_S:
            return
        self.noted_at = now
        await self.note(carried=self.carried, said="")
        if self.departure.given_up:
            await self.stay()
            raise GivenUp

    async def _seal(self) -> bool:
        """Hold writers, carry what is left, and let none in any more; False when that takes too long, and they are let in again."""
        record = await self.house.read(
            self.target.home, SYSTEM, neighbours.move_record, self.departure.before, self.departure.address
        )
        await self.note(record=msgspec.json.encode(record).decode())
        if not await self._catch_up():
            return False
        await permissions.ledger.flush_home(
            self.house, self.target.home
        )  # what was used until now goes along
        self.began = monotonic()
        try:
            async with asyncio.timeout(self.leaving.hold_s), self.leaving.held() as changed:
                await self.catch_up(changed)
                whole = await self._whole()
                await self.target.whole(whole)
                await self.note(whole=whole)
                await self.leaving.seal()
        except (TimeoutError, NotWhole):
            if not await self.leaving.is_sealed():
                self.began = 0.0
                self.blocks = await self.target.hashes()
                return False
        return True

    async def _catch_up(self) -> bool:
        """Carry everything once more while it is watched, then what changed meanwhile, until that is little or gets no less, and let
        it be put on the disk there: all of it while nobody waits. Whether writers may wait for the rest.
        """
        await self.leaving.watch()
        await self.round()
        before = math.inf
        while True:
            with suppress(NotWhole, TargetRefuses):  # part of it may be torn, and no database yet
                await self.target.whole(await self._whole())
            changed = await self.leaving.changed()
            await self.catch_up(changed)
            if len(changed) <= FEW:
                return True
            if len(changed) >= before:
                return len(changed) <= SOME
            before = len(changed)

    async def _whole(self) -> Whole:
        return Whole(await self.leaving.size(), root_of(self.blocks))

    async def go(self) -> None:
        """Let the list say what the home's own file says: it does not live here any more."""
        self.departure = await self.house.write_host(_go, self.departure.home_id)
        self.house.relisted[self.departure.domain] += 1

    async def arrive(self) -> Departure:
        """Let the home live there. When its host gave it up, it lives here again. Raises GivenUp."""
        try:
            let = await self._live()
        except GivenUp:
            await self.stay_here()
            raise
        took = round((monotonic() - self.began) * 1000) if self.began else 0
        await self.note(state="arrived", link=let.link, pause_ms=took, said="", code="")
        return self.departure

    async def _live(self) -> Any:
        record = msgspec.json.decode(self.departure.record, type=Moved)
        assert self.departure.whole is not None
        try:
            return await self.target.live(Statement(record, self.departure.whole))
        except NotWhole:  # it lost something since: nothing was written here, so all can be carried again
            self.blocks, self.contents = await self.target.hashes(), await self.target.contents()
            await self.round()
            whole = await self._whole()
            await self.note(whole=whole)
            return await self.target.live(Statement(record, whole))

    async def stay(self) -> None:
        """Give it up at both hosts. Raises ArrivedAlready when it lives there, and when that cannot be known, as `Target` does."""
        is_sealed = await self.leaving.is_sealed()
        try:
            is_free = await self.target.abandon()
        except Problem:
            if is_sealed and not self.departure.unheard:
                raise
            is_free = True  # without a word of the home, which it will not say, it never lives there
        if not is_free and is_sealed:
            await self.note(given_up=False)
            raise ArrivedAlready
        await self.stay_here()

    async def stay_here(self) -> None:
        """Let writers in again."""
        await self.leaving.unseal()
        await self.house.write_host(_stay, self.departure.home_id)
        self.house.gone.discard(self.departure.home_id)
        self.house.relisted[self.departure.domain] += 1


def _go(work: Work, home_id: str) -> Departure:
    stood = homes.held(work, of(work, home_id).domain).state
    departure = change(work, home_id, state="gone", stood=stood)
    homes.depart(work, departure.domain, departure.record)
    return departure


def _stay(work: Work, home_id: str) -> None:
    store.hold_departure(work, home_id)
    departure = of(work, home_id)
    if departure.state == "gone":
        homes.stay(work, departure.domain, departure.stood)
    store.forget_departure(work, home_id)


async def erase(house: House, home_id: str) -> Departure:
    """Remove what is left here of a home that lives elsewhere, once it says so itself; whoever comes by is still told where.

    Raises NoDeparture, NotArrived, and what asking there does.
    """
    departure = await house.read_host(of, home_id)
    if departure.state != "arrived" or departure.whole is None:
        raise NotArrived
    target = _target(house, Home(home_id, departure.domain, departure.before), departure)
    record = msgspec.json.decode(departure.record, type=Moved)
    if (await target.live(Statement(record, departure.whole))).state != "live":
        raise NotArrived
    await homes.take_leave(house, home_id)
    await house.blobs.drop(home_id)
    await house.drawings.drop(home_id)
    await house.storage.drop(home_id)
    await house.write_host(_let_go, home_id)  # last: until then it can be asked again
    return departure


def _let_go(work: Work, home_id: str) -> None:
    homes.let_go(work, of(work, home_id).domain)
    store.forget_departure(work, home_id)
