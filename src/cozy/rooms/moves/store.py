"""The SQL of moves, on the host's list."""

from __future__ import annotations

import msgspec

from cozy.kernel.work import Work

from .model import Arrival, Departure

_departure = msgspec.json.Decoder(Departure).decode
_arrival = msgspec.json.Decoder(Arrival).decode


def keep_departure(work: Work, departure: Departure) -> None:
    """Keep how far a home is that moves away."""
    work.db.run(
        """INSERT INTO departures (home_id, domain, state, body) VALUES (:home, :domain, :state, :body)
           ON CONFLICT (home_id) DO UPDATE SET domain = excluded.domain, state = excluded.state, body = excluded.body""",
        home=departure.home_id, domain=departure.domain, state=departure.state,
        body=msgspec.json.encode(departure).decode(),
    )  # fmt: skip


def hold_departure(work: Work, home_id: str) -> None:
    """Let other processes wait that would note something of this move."""
    work.db.run("UPDATE departures SET state = state WHERE home_id = :home", home=home_id)


def departure_of(work: Work, home_id: str) -> Departure | None:
    """The home that moves away, if it does."""
    row = work.db.one("SELECT body FROM departures WHERE home_id = :home", home=home_id)
    return _departure(row[0]) if row else None


def departure_from(work: Work, domain: str) -> Departure | None:
    """The one that has this address here."""
    row = work.db.one("SELECT body FROM departures WHERE domain = :domain", domain=domain)
    return _departure(row[0]) if row else None


def under_way(work: Work) -> list[Departure]:
    """Those that have not arrived."""
    rows = work.db.all("SELECT body FROM departures WHERE state <> 'arrived' ORDER BY home_id LIMIT 1000")
    return [_departure(row[0]) for row in rows]


def forget_departure(work: Work, home_id: str) -> None:
    """Forget that it moves."""
    work.db.run("DELETE FROM departures WHERE home_id = :home", home=home_id)


def keep_arrival(work: Work, arrival: Arrival) -> None:
    """Keep how far a home is that comes."""
    work.db.run(
        """INSERT INTO arrivals (domain, state, body) VALUES (:domain, :state, :body)
           ON CONFLICT (domain) DO UPDATE SET state = excluded.state, body = excluded.body""",
        domain=arrival.domain, state=arrival.state, body=msgspec.json.encode(arrival).decode(),
    )  # fmt: skip


def hold_arrival(work: Work, domain: str) -> None:
    """Let other processes wait that would note something of who is expected at an address."""
    work.db.run("UPDATE arrivals SET state = state WHERE domain = :domain", domain=domain)


def arrival_at(work: Work, domain: str) -> Arrival | None:
    """The home that is expected at an address, comes, or came."""
    row = work.db.one("SELECT body FROM arrivals WHERE domain = :domain", domain=domain)
    return _arrival(row[0]) if row else None


def comes(work: Work, home_id: str) -> bool:
    """Whether a home of this id is on its way here, to whatever address."""
    row = work.db.one(
        "SELECT 1 FROM arrivals WHERE state = 'coming' AND body->>'home_id' = :home LIMIT 1", home=home_id
    )
    return row is not None
