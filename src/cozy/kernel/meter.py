"""What homes cost, and what fails, summed up in memory until it is written down: nothing costs a write of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from .home import Home


class Spent(Struct):
    """What one home cost since it was last written down: numbers, and whether its owner was there."""

    requests: int = 0
    received: int = 0  # bytes of bodies that came
    sent: int = 0  # bytes of bodies that left
    is_lived_in: bool = False

    def add(self, other: Spent) -> None:
        """Both."""
        self.requests += other.requests
        self.received += other.received
        self.sent += other.sent
        self.is_lived_in |= other.is_lived_in


class Meter:
    """The sums that are not written down yet. A crash loses what a minute held."""

    def __init__(self) -> None:
        self._homes: dict[str, tuple[Home, Spent]] = {}
        self._failures: Counter[str] = Counter()

    def note(self, home: Home, spent: Spent) -> None:
        """Add a request to a home."""
        if not home.id:
            return
        known = self._homes.get(home.id)
        if known is None:
            self._homes[home.id] = (home, spent)
        else:
            known[1].add(spent)

    def fail(self, job: str) -> None:
        """Add a try of a job that went wrong, whosever it was."""
        self._failures[job] += 1

    def take(self) -> tuple[list[tuple[Home, Spent]], dict[str, int]]:
        """Every sum, which is no longer held here: of homes, and of failures by the kind of the job."""
        homes, self._homes = self._homes, {}
        failures, self._failures = self._failures, Counter()
        return list(homes.values()), dict(failures)

    def give_back(self, homes: Sequence[tuple[Home, Spent]], failures: dict[str, int]) -> None:
        """Hold sums again that could not be written down, with what has come since."""
        for home, spent in homes:
            self.note(home, spent)
        self._failures.update(failures)
