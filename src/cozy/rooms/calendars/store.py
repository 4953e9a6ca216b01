"""The SQL of calendars: when items are."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cozy.kernel.work import Work

LONG_S = 32 * 86_400
FAR = 1 << 40  # seconds: after anything
_SPAN = "doctype, id, collection, component, starts, ends, is_free, status, sketch"


class Span(Struct, frozen=True, gc=False):
    """When an item is. sketch: "" where starts and ends say it all."""

    doctype: str
    id: str
    collection: str
    component: str
    starts: int
    ends: int
    is_free: int
    status: str
    sketch: str


def keep(work: Work, span: Span) -> None:
    """Note when an item is."""
    is_long = int(span.ends - span.starts > LONG_S)
    work.db.run(
        f"""INSERT INTO calendar_spans (home_id, is_long, {_SPAN})
            VALUES (:home, :is_long, :doctype, :id, :collection, :component, :starts, :ends, :is_free, :status, :sketch)
            ON CONFLICT (home_id, doctype, id) DO UPDATE SET collection = excluded.collection,
              component = excluded.component, is_long = excluded.is_long, starts = excluded.starts, ends = excluded.ends,
              is_free = excluded.is_free, status = excluded.status, sketch = excluded.sketch""",
        home=work.home, is_long=is_long, doctype=span.doctype, id=span.id, collection=span.collection,
        component=span.component, starts=span.starts, ends=span.ends, is_free=span.is_free, status=span.status,
        sketch=span.sketch,
    )  # fmt: skip


def forget(work: Work, doctype: str, id_: str, collection: str) -> None:
    """An item is in a collection no more."""
    work.db.run(
        "DELETE FROM calendar_spans WHERE home_id = :home AND doctype = :doctype AND id = :id AND collection = :collection",
        home=work.home, doctype=doctype, id=id_, collection=collection,
    )  # fmt: skip


def between(
    work: Work, collections: Sequence[str], components: Sequence[str], low: int | None, high: int | None
) -> list[Span]:
    """What may be found from `low` to `high`, both included; None: no bound."""
    low, high = -FAR if low is None else low, FAR if high is None else high
    where = "home_id = :home AND collection IN :collections AND component IN :components"
    rows = work.db.all(
        f"""SELECT {_SPAN} FROM calendar_spans
             WHERE {where} AND is_long = 0 AND starts >= :early AND starts <= :high AND ends >= :low
            UNION ALL
            SELECT {_SPAN} FROM calendar_spans WHERE {where} AND is_long = 1 AND starts <= :high AND ends >= :low""",
        home=work.home, collections=list(collections), components=list(components), low=low, high=high,
        early=low - LONG_S,
    )  # fmt: skip
    return [Span(*row) for row in rows]


def of_components(work: Work, collection: str, components: Sequence[str]) -> list[tuple[str, str]]:
    """Doctype and id of everything of these components in a collection."""
    rows = work.db.all(
        """SELECT doctype, id FROM calendar_spans
            WHERE home_id = :home AND collection = :collection AND component IN :components ORDER BY doctype, id""",
        home=work.home, collection=collection, components=list(components),
    )  # fmt: skip
    return [(doctype, id_) for doctype, id_ in rows]


def birthdays(work: Work) -> list[tuple[str, str, str]]:
    """Id, name and birthday of every contact that has one."""
    rows = work.db.all(
        """SELECT id, COALESCE(body->>'displayName', body->>'fullname', ''), body->>'birthday' FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.contacts' AND NOT deleted AND body->>'birthday' <> ''
            ORDER BY id LIMIT 20000""",
        home=work.home,
    )  # fmt: skip
    return [(id_, name, birthday) for id_, name, birthday in rows]


def tasks(work: Work, collections: Sequence[str], is_open: bool, limit: int) -> list[tuple[str, str]]:
    """Id and collection of the tasks that are to be done, or are done, as far as they say so; the newest first."""
    over = "IN" if not is_open else "NOT IN"
    rows = work.db.all(
        f"""SELECT id, collection FROM calendar_spans
             WHERE home_id = :home AND collection IN :collections AND component = 'VTODO'
               AND (status {over} ('COMPLETED', 'CANCELLED') OR sketch LIKE '%RECURRENCE-ID%')
             ORDER BY id DESC LIMIT :limit""",
        home=work.home, collections=list(collections), limit=limit,
    )  # fmt: skip
    return [(id_, collection) for id_, collection in rows]


class Source(Struct, frozen=True):
    """What is known of the place that a calendar is a copy of. address: as the owner gave it; times are RFC 3339, "" for
    never.
    """

    calendar: str
    address: str
    etag: str = ""
    modified: str = ""
    looked_at: str = ""
    next_at: str = ""
    every: str = "day"
    error: str = ""


_SOURCE = "calendar, address, etag, modified, looked_at, next_at, every, error"


def keep_source(work: Work, source: Source) -> None:
    """Note what is known of a place."""
    work.db.run(
        f"""INSERT INTO calendar_sources (home_id, {_SOURCE})
            VALUES (:home, :calendar, :address, :etag, :modified, :looked_at, :next_at, :every, :error)
            ON CONFLICT (home_id, calendar) DO UPDATE SET address = excluded.address, etag = excluded.etag, modified = excluded.modified,
              looked_at = excluded.looked_at, next_at = excluded.next_at, every = excluded.every, error = excluded.error""",
        home=work.home, calendar=source.calendar, address=source.address, etag=source.etag, modified=source.modified,
        looked_at=source.looked_at, next_at=source.next_at, every=source.every, error=source.error,
    )  # fmt: skip


def source(work: Work, calendar: str) -> Source | None:
    """What is known of the place that a calendar is a copy of."""
    row = work.db.one(
        f"SELECT {_SOURCE} FROM calendar_sources WHERE home_id = :home AND calendar = :calendar",
        home=work.home, calendar=calendar,
    )  # fmt: skip
    return Source(*row) if row else None


def sources(work: Work) -> list[Source]:
    """Every place that a calendar is a copy of."""
    rows = work.db.all(
        f"SELECT {_SOURCE} FROM calendar_sources WHERE home_id = :home ORDER BY calendar", home=work.home
    )
    return [Source(*row) for row in rows]


def forget_source(work: Work, calendar: str) -> None:
    """A calendar is gone, or no copy any more."""
    work.db.run(
        "DELETE FROM calendar_sources WHERE home_id = :home AND calendar = :calendar",
        home=work.home, calendar=calendar,
    )  # fmt: skip


def keep_link(work: Work, calendar: str, link: str) -> None:
    """Note that the owner made a calendar public by a link."""
    work.db.run(
        """INSERT INTO calendar_links (home_id, calendar, link) VALUES (:home, :calendar, :link)
           ON CONFLICT (home_id, calendar, link) DO NOTHING""",
        home=work.home, calendar=calendar, link=link,
    )  # fmt: skip


def links(work: Work, calendar: str) -> set[str]:
    """The links by which the owner made a calendar public."""
    rows = work.db.all(
        "SELECT link FROM calendar_links WHERE home_id = :home AND calendar = :calendar",
        home=work.home, calendar=calendar,
    )  # fmt: skip
    return {link for (link,) in rows}


def forget_links(work: Work, calendar: str) -> None:
    """A calendar is not public any more."""
    work.db.run(
        "DELETE FROM calendar_links WHERE home_id = :home AND calendar = :calendar",
        home=work.home, calendar=calendar,
    )  # fmt: skip


class Told(Struct, frozen=True):
    """What people know of an event: the text of which they were told last, and whom the last mail did not get to."""

    text: str
    failed: tuple[str, ...] = ()


def keep_told(work: Work, id_: str, told: Told) -> None:
    """Note what people were told of an event."""
    work.db.run(
        """INSERT INTO calendar_told (home_id, id, text, failed) VALUES (:home, :id, :text, :failed)
           ON CONFLICT (home_id, id) DO UPDATE SET text = excluded.text, failed = excluded.failed""",
        home=work.home, id=id_, text=told.text, failed="\n".join(told.failed),
    )  # fmt: skip


def told(work: Work, id_: str) -> Told | None:
    """What people know of an event; None where they were never told."""
    row = work.db.one(
        "SELECT text, failed FROM calendar_told WHERE home_id = :home AND id = :id", home=work.home, id=id_
    )
    return Told(row[0], tuple(filter(None, row[1].split("\n")))) if row else None


def forget_told(work: Work, id_: str) -> None:
    """Nobody is to be told of this event any more."""
    work.db.run("DELETE FROM calendar_told WHERE home_id = :home AND id = :id", home=work.home, id=id_)


def letters(work: Work, hour: str) -> int:
    """How many mails about events left this home in an hour."""
    row = work.db.one(
        "SELECT letters FROM calendar_letters WHERE home_id = :home AND hour = :hour",
        home=work.home, hour=hour,
    )  # fmt: skip
    return int(row[0]) if row else 0


def count_letters(work: Work, hour: str, letters: int) -> None:
    """Note how many mails left in an hour; those of the hours before are forgotten."""
    work.db.run(
        """INSERT INTO calendar_letters (home_id, hour, letters) VALUES (:home, :hour, :letters)
           ON CONFLICT (home_id) DO UPDATE SET hour = excluded.hour, letters = excluded.letters""",
        home=work.home, hour=hour, letters=letters,
    )  # fmt: skip
