"""How much may be asked in a minute: by somebody who shows nothing that lets them in, and of one home. Counted by each process for itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import ceil
from time import monotonic

from cozy.kernel.address import is_here, network
from cozy.kernel.problem import TooMany
from cozy.kernel.routes import Route

from .call import Call

Identify = Callable[[Call, Route], Awaitable[None]]
_KEPT = 10_000  # most addresses, or homes, of which is known what they asked
_MINUTE = 60.0


class TooManyRequests(TooMany):
    """Too much was asked in the last minute: try again in a moment."""


class Rate:
    """So many a minute for each who asks, all of them at once if they like. per_minute: 0 for no limit."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._left: dict[str, tuple[float, float]] = {}  # by name: how many, and when that was so

    def count(self, name: str) -> None:
        """Note one more. Raises TooManyRequests."""
        if not self._most:
            return
        now, each_s = monotonic(), _MINUTE / self._most
        left, since = self._left.get(name, (float(self._most), now))
        left = min(self._most, left + (now - since) / each_s)
        if left < 1:
            raise TooManyRequests(retry_after_s=ceil((1 - left) * each_s))
        if len(self._left) >= _KEPT:
            self._forget(now)
        self._left[name] = (left - 1, now)

    def _forget(self, now: float) -> None:
        """Those who asked nothing for a minute have everything left; where that is nobody, all are forgiven."""
        self._left = {name: (left, at) for name, (left, at) in self._left.items() if now - at < _MINUTE}
        if len(self._left) >= _KEPT:
            self._left.clear()


class Rates:
    """The limits of a process. per_address: for those who show nothing. per_home: for those who are let in together, and as many for all others:
    nobody who passes by can shut an owner out.
    """

    def __init__(self, per_address: int, per_home: int) -> None:
        self._address = Rate(per_address)
        self._home = Rate(per_home)

    def around(self, identify: Identify) -> Identify:
        """Find out who asks, and count it. Raises TooManyRequests."""

        async def identified(call: Call, route: Route) -> None:
            try:
                await identify(call, route)
            finally:  # a wrong password or token shows nothing either; a proxy here that does not say who calls is no one
                is_stranger = call.caller.kind == "nobody"
                if is_stranger and not is_here(call.client):
                    self._address.count(network(call.client))
                if call.home.id:
                    self._home.count(f"{call.home.id} strangers" if is_stranger else call.home.id)

        return identified
