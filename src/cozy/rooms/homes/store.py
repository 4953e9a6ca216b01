"""The SQL of homes: the host's list, and each home's secrets."""

from __future__ import annotations

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.db import Row, Taken
from cozy.kernel.home import Hosted
from cozy.kernel.work import Work

from .errors import DomainTaken, NotFirst
from .model import Listing

_COLUMNS = "id, domain, state, quota, public_key, created_at, hosted"
_hosted = msgspec.json.Decoder(Hosted).decode


def _listing(row: Row) -> Listing:
    return Listing(*row[:-1], hosted=_hosted(row[-1]))


def add(
    work: Work,
    home_id: str,
    domain: str,
    quota: int | None,
    public_key: str,
    hosted: Hosted,
    *,
    is_first: bool = False,
) -> Listing:
    """List a home. is_first: there can be one such. Raises DomainTaken, NotFirst."""
    listing = Listing(home_id, domain, "active", quota, public_key, iso(work.now), hosted)
    try:
        work.db.run(
            f"""INSERT INTO homes ({_COLUMNS}, is_first)
                VALUES (:home, :domain, :state, :quota, :public_key, :created_at, :hosted, :is_first)""",
            home=home_id, domain=domain, state=listing.state, quota=quota, public_key=public_key,
            created_at=listing.created_at, hosted=msgspec.json.encode(hosted).decode(), is_first=is_first,
        )  # fmt: skip
    except Taken as taken:
        if "first" in taken.index:
            raise NotFirst from taken
        raise DomainTaken(domain=domain, parameter="domain") from taken
    work.db.run("DELETE FROM moves WHERE domain = :domain", domain=domain)
    return listing


def by_domain(work: Work, domain: str) -> Listing | None:
    """The home at an address."""
    row = work.db.one(f"SELECT {_COLUMNS} FROM homes WHERE domain = :domain", domain=domain)
    return _listing(row) if row else None


def hold(work: Work, domain: str) -> None:
    """Let other processes wait that would change this home: on PostgreSQL each of them writes on the host's list beside the others."""
    work.db.run("UPDATE homes SET state = state WHERE domain = :domain", domain=domain)


def by_id(work: Work, home_id: str) -> Listing | None:
    """The home of an id."""
    row = work.db.one(f"SELECT {_COLUMNS} FROM homes WHERE id = :home", home=home_id)
    return _listing(row) if row else None


def count_by_state(work: Work) -> dict[str, int]:
    """How many homes are in each state."""
    rows = work.db.all("SELECT state, count(*) FROM homes GROUP BY state")
    return {str(state): int(count) for state, count in rows}


def count_due(work: Work, now: str) -> int:
    """How many homes have something to do by now."""
    row = work.db.one("SELECT count(*) FROM homes WHERE due_at <= :now AND state <> 'gone'", now=now)
    return int(row[0]) if row else 0


def is_listed(work: Work, home_id: str) -> bool:
    """Whether a home of this id is on the list."""
    return work.db.one("SELECT 1 FROM homes WHERE id = :home", home=home_id) is not None


def listed(work: Work, after: str, limit: int) -> list[Listing]:
    """Homes by address, a page at a time."""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM homes WHERE domain > :after ORDER BY domain LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [_listing(row) for row in rows]


def skipped_to(work: Work, skip: int, limit: int) -> list[Listing]:
    """The same, by how many come before."""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM homes ORDER BY domain LIMIT :limit OFFSET :skip", limit=limit, skip=skip
    )
    return [_listing(row) for row in rows]


def count(work: Work) -> int:
    """How many homes there are."""
    row = work.db.one("SELECT count(*) FROM homes")
    return int(row[0]) if row else 0


_NOTED = {
    "leaving": "AND hosted->>'leaving_at' <> ''",  # waits to be deleted
    "unpaid": "AND hosted->>'unpaid_since' <> ''",  # a bill is open
    "asking": "AND hosted->>'asked_plan' <> ''",  # for another plan
}


def search(
    work: Work, text: str, state: str, among: list[str] | None, after: str, limit: int
) -> list[Listing]:
    """Homes whose address holds a text, in a state (or as `_NOTED` names it; "": any), among some ids or all."""
    wanted = {"": "", **_NOTED}.get(state, "AND state = :state")
    some = "" if among is None else "AND id IN :among"
    rows = work.db.all(
        f"""SELECT {_COLUMNS} FROM homes
             WHERE domain > :after AND domain LIKE :pattern ESCAPE '!' {wanted} {some} ORDER BY domain LIMIT :limit""",
        after=after, pattern=f"%{_escaped(text)}%", limit=limit,
        **({"state": state} if ":state" in wanted else {}), **({"among": among} if some else {}),
    )  # fmt: skip
    return [_listing(row) for row in rows]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def late(work: Work, before: str) -> int:
    """How many homes had something to do by themselves before a moment."""
    row = work.db.one(
        "SELECT count(*) FROM homes WHERE due_at > '' AND due_at < :before AND state <> 'gone'", before=before
    )
    return int(row[0]) if row else 0


def due(work: Work, now: str, limit: int) -> list[Listing]:
    """Homes that may have something to do by themselves, longest waiting first."""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM homes WHERE due_at <= :now AND state <> 'gone' ORDER BY due_at, id LIMIT :limit",
        now=now,
        limit=limit,
    )
    return [_listing(row) for row in rows]


def with_live_folder(work: Work) -> list[Listing]:
    """Homes that are shown in a folder of this machine."""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM homes WHERE hosted->>'live_folder' <> '' AND state <> 'gone' ORDER BY domain"
    )
    return [_listing(row) for row in rows]


def hasten(work: Work, home_id: str, now: str) -> None:
    """Let the hint say now, unless it says earlier."""
    work.db.run("UPDATE homes SET due_at = :now WHERE id = :home AND due_at > :now", home=home_id, now=now)


def hasten_all(work: Work, now: str) -> None:
    """Let every hint say now, unless it says earlier."""
    work.db.run("UPDATE homes SET due_at = :now WHERE due_at > :now", now=now)


def set_due(work: Work, home_id: str, due_at: str) -> None:
    """Set the hint."""
    work.db.run("UPDATE homes SET due_at = :due_at WHERE id = :home", home=home_id, due_at=due_at)


def change(work: Work, home_id: str, *, state: str, quota: int | None, hosted: Hosted) -> None:
    """Set what the host decides about a home."""
    work.db.run(
        "UPDATE homes SET state = :state, quota = :quota, hosted = :hosted WHERE id = :home",
        home=home_id,
        state=state,
        quota=quota,
        hosted=msgspec.json.encode(hosted).decode(),
    )


def move(work: Work, home_id: str, before: str, domain: str, hosted: Hosted, record: str) -> None:
    """List a home at another address; at the one before, this record stands in its place. Raises DomainTaken."""
    try:
        work.db.run(
            "UPDATE homes SET domain = :domain, hosted = :hosted WHERE id = :home",
            home=home_id, domain=domain, hosted=msgspec.json.encode(hosted).decode(),
        )  # fmt: skip
    except Taken as taken:
        raise DomainTaken(domain=domain, parameter="domain") from taken
    work.db.run("DELETE FROM moves WHERE domain = :domain", domain=domain)
    point(work, home_id, before, record)


def point(work: Work, home_id: str, before: str, record: str) -> None:
    """Let this record stand at an address that a home has left."""
    work.db.run(
        """INSERT INTO moves (domain, home_id, record) VALUES (:before, :home, :record)
           ON CONFLICT (domain) DO UPDATE SET home_id = excluded.home_id, record = excluded.record""",
        before=before, home=home_id, record=record,
    )  # fmt: skip


def moved_from(work: Work, domain: str) -> str | None:
    """The record of the home that was at this address and has gone elsewhere."""
    row = work.db.one("SELECT record FROM moves WHERE domain = :domain", domain=domain)
    return str(row[0]) if row else None


def unpoint(work: Work, home_id: str, domain: str) -> None:
    """Let nothing stand at this address of a home, which it has not left after all."""
    work.db.run("DELETE FROM moves WHERE home_id = :home AND domain = :domain", home=home_id, domain=domain)


def forget_moves(work: Work, home_id: str) -> None:
    """Let nothing stand at the addresses that a home has left."""
    work.db.run("DELETE FROM moves WHERE home_id = :home", home=home_id)


def remove(work: Work, home_id: str) -> None:
    """Take a home off the list."""
    work.db.run("DELETE FROM homes WHERE id = :home", home=home_id)


def keep_secret(work: Work, name: str, value: bytes) -> None:
    """Store one of the home's own keys."""
    work.db.run(
        "INSERT INTO secrets (home_id, name, value) VALUES (:home, :name, :value)",
        home=work.home, name=name, value=value,
    )  # fmt: skip


def replace_secret(work: Work, name: str, value: bytes) -> None:
    """Put another key in place of one of the home's own."""
    work.db.run(
        "UPDATE secrets SET value = :value WHERE home_id = :home AND name = :name",
        home=work.home, name=name, value=value,
    )  # fmt: skip


def secret(work: Work, name: str) -> bytes | None:
    """One of the home's own keys."""
    row = work.db.one(
        "SELECT value FROM secrets WHERE home_id = :home AND name = :name", home=work.home, name=name
    )
    return bytes(row[0]) if row else None


def keep_avatar(work: Work, picture: bytes) -> None:
    """Keep the picture of the owner."""
    work.db.run(
        """INSERT INTO avatars (home_id, picture, updated_at) VALUES (:home, :picture, :now)
           ON CONFLICT (home_id) DO UPDATE SET picture = excluded.picture, updated_at = excluded.updated_at""",
        home=work.home, picture=picture, now=iso(work.now),
    )  # fmt: skip


def avatar(work: Work) -> bytes | None:
    """The picture of the owner."""
    row = work.db.one("SELECT picture FROM avatars WHERE home_id = :home", home=work.home)
    return bytes(row[0]) if row else None


def drop_avatar(work: Work) -> None:
    """Forget the picture of the owner."""
    work.db.run("DELETE FROM avatars WHERE home_id = :home", home=work.home)
