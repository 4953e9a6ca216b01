"""Calendars and address books by CalDAV and CardDAV: what is asked of a server, and what is measured of its answers."""

import re
import statistics
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench import cases, load, process
from bench.cases import Case, Figures, Metric, Timed, clients_in_words, measured, request_case
from bench.dialects import WebDav, expect, request
from bench.load import Answer, BadAnswer
from bench.running import Running

ZONE = ZoneInfo("Europe/Paris")
FIRST_DAY = datetime(2026, 1, 5, tzinfo=ZONE)  # a Monday
A_DAY = 10  # events that begin on each day
EVERY = 20  # of so many events one comes again each week, four times in all
TIMES = 4
BATCH = 100  # items asked for with one multiget
PIECE = 80  # looks between two glances at the clock
ENOUGH_S = 10.0  # a slow server is asked no longer than that: the median is known by then


@dataclass(frozen=True)
class Sizes:
    """How much is done. files: of the cases of files, which are those of the suite `files`."""

    files: cases.Sizes = field(default_factory=cases.Sizes)
    puts: int = 500
    events: int = 10_000
    asks: int = 20  # weeks looked at, and whole syncs a quarter of that
    looks: int = 2_000  # PROPFINDs


QUICK = Sizes(cases.QUICK, puts=8, events=40, asks=2, looks=16)


@dataclass(frozen=True)
class Dav:
    """What a server holds, and where. files, calendars, contacts: paths that end with a slash; "" for what it does not have.

    syncs: whether it knows sync-collection (RFC 6578); else clients list all ETags.
    kept_in: where each item of a collection is a file, if so: one PUT after the other would take most of an hour.
    """

    host: str
    password: str = ""
    files: str = ""
    calendars: str = ""
    contacts: str = ""
    syncs: bool = True
    kept_in: Path | None = None

    @property
    def of_files(self) -> WebDav:
        """How to speak of files only."""
        return WebDav(self.host, self.files, self.password)

    def first_page(self) -> bytes:
        """A request that a server answers once it is up."""
        return self.of_files.first_page() if self.files else self.ask("OPTIONS", self.calendars)

    def ask(self, method: str, path: str, body: str = "", **fields: str) -> bytes:
        """A request with an XML body, if any."""
        typed = {"Content-Type": "application/xml; charset=utf-8"} if body else {}
        return request(method, path, self.of_files.fields | typed | fields, body.encode())

    def put(self, path: str, media_type: str, text: str) -> bytes:
        """A request that makes an item."""
        fields = {"Content-Type": f"{media_type}; charset=utf-8", "If-None-Match": "*"}
        return request("PUT", path, self.of_files.fields | fields, text.encode())


Server = Running[Dav]
XML = '<?xml version="1.0" encoding="utf-8"?>'
SPACES = (
    'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="urn:ietf:params:xml:ns:carddav"'
    ' xmlns:s="http://calendarserver.org/ns/"'
)
BOOK = (
    f"{XML}<d:mkcol {SPACES}><d:set><d:prop><d:resourcetype><d:collection/><a:addressbook/></d:resourcetype>"
    "<d:displayname>Bench</d:displayname></d:prop></d:set></d:mkcol>"
)
CALENDAR = f"{XML}<c:mkcalendar {SPACES}><d:set><d:prop><d:displayname>Bench</d:displayname></d:prop></d:set></c:mkcalendar>"
ETAGS = f"{XML}<d:propfind {SPACES}><d:prop><d:getetag/></d:prop></d:propfind>"
STATE = (  # what phones look at to see whether anything has changed
    f"{XML}<d:propfind {SPACES}><d:prop><d:resourcetype/><d:displayname/><s:getctag/><d:sync-token/></d:prop></d:propfind>"
)
HREF = re.compile(rb"<(?:\w+:)?href(?:\s[^>]*)?>([^<]+)</")
TOKEN = re.compile(
    rb"</(?:\w+:)?response>\s*<(?:\w+:)?sync-token(?:\s[^>]*)?>([^<]+)</|<(?:\w+:)?sync-token(?:\s[^>]*)?>([^<]+)</"
)
RESPONSE = re.compile(rb"<(?:\w+:)?response[\s>].*?</(?:\w+:)?response>", re.DOTALL)
CUT_SHORT = re.compile(rb"507 ")  # RFC 6578 §3.6: there is more


def all_cases(sizes: Sizes) -> list[Case[Dav, Sizes]]:
    """Calendars and contacts first, then the files of the suite `files`, each for the servers that have such things."""
    many = f"{sizes.events:,}"
    return [
        *(_put_case("event", "PUT an event", _has_calendars, _put_events, n) for n in (1, 8)),
        *(_put_case("contact", "PUT a contact", _has_contacts, _put_contacts, n) for n in (1, 8)),
        _calendar_case("week", f"a week of {many} events", _week),
        _calendar_case("sync", f"first sync of {many}: ETags", _sync),
        _calendar_case("multiget", f"first sync of {many}: texts", _multiget),
        replace(
            request_case("look", "PROPFIND depth 0, calendar, 8 clients", _look(_state_of_calendar)),
            suits=_has_calendars,
        ),
        replace(
            request_case("look-folder", "PROPFIND depth 0, folder, 8 clients", _look(_state_of_folder)),
            suits=_has_files,
        ),
        *(_of_files(case) for case in cases.all_cases(sizes.files)),
    ]


def _has_calendars(running: Server) -> bool:
    return bool(running.dialect.calendars)


def _has_contacts(running: Server) -> bool:
    return bool(running.dialect.contacts)


def _has_files(running: Server) -> bool:
    return bool(running.dialect.files)


def _of_files(case: Case[Any, cases.Sizes]) -> Case[Dav, Sizes]:
    """A case of files, asked of a server that may hold more."""

    def measure(running: Server, sizes: Sizes, round_number: int) -> Figures:
        at = Running(
            running.peer, running.folder, running.server, running.dialect.of_files, running.started_in_s
        )
        return case.measure(at, sizes.files, round_number)

    return Case(case.key, case.metrics, measure, _has_files)


def _calendar_case(
    key: str, title: str, measure: Callable[[Server, Sizes, str], tuple[list[float], float]]
) -> Case[Dav, Sizes]:
    """A case that asks one calendar of many events a few times; its median."""

    def figures(running: Server, sizes: Sizes, round_number: int) -> Figures:
        if running.name not in _filled:
            _filled[running.name] = _fill(running, sizes)
        walls_s, cpu_s = measure(running, sizes, _filled[running.name])
        return {key: statistics.median(walls_s) * 1000, f"{key}-cpu": cpu_s / len(walls_s) * 1000}

    metrics = (Metric(key, title, "ms"), Metric(f"{key}-cpu", "  server's CPU", "ms"))
    return Case(key, metrics, figures, _has_calendars)


_filled: dict[str, str] = {}  # the calendar of many events, by server


def _put_case(
    what: str,
    title: str,
    suits: Callable[[Server], bool],
    puts: Callable[[Server, int, str], "Batch"],
    clients: int,
) -> Case[Dav, Sizes]:
    def measure(running: Server, sizes: Sizes, round_number: int) -> Timed:
        batch = puts(running, sizes.puts, f"{what}-{clients}-{round_number}")
        run, cpu_s = measured(running, lambda: load.exchange(running.port, batch.requests, clients))
        for answer in run.answers:
            expect(answer, 201, 204)
        _verify(running, batch)
        return load.tally([run]), cpu_s

    return replace(
        request_case(f"{what}-{clients}", f"{title}, {clients_in_words(clients)}", measure), suits=suits
    )


@dataclass(frozen=True)
class Batch:
    """Items to put into a new collection; marks: what each text says that no other does."""

    collection: str
    paths: list[str]
    marks: list[str]
    requests: list[bytes]


def _put_events(running: Server, count: int, name: str) -> Batch:
    collection = _made(running, "MKCALENDAR", f"{running.dialect.calendars}{name}/", CALENDAR)
    uids = [f"{name}-{number}" for number in range(count)]
    texts = [event(uid, number) for number, uid in enumerate(uids)]
    return _batch(running, collection, uids, texts, "text/calendar", ".ics")


def _put_contacts(running: Server, count: int, name: str) -> Batch:
    collection = _made(running, "MKCOL", f"{running.dialect.contacts}{name}/", BOOK)
    uids = [f"{name}-{number}" for number in range(count)]
    texts = [contact(uid, number) for number, uid in enumerate(uids)]
    return _batch(running, collection, uids, texts, "text/vcard", ".vcf")


def _batch(
    running: Server, collection: str, uids: list[str], texts: Sequence[str], media_type: str, ending: str
) -> Batch:
    paths = [f"{collection}{uid}{ending}" for uid in uids]
    put = running.dialect.put
    return Batch(
        collection,
        paths,
        uids,
        [put(path, media_type, text) for path, text in zip(paths, texts, strict=True)],
    )


def _made(running: Server, method: str, path: str, body: str) -> str:
    """A new collection."""
    expect(load.exchange(running.port, [running.dialect.ask(method, path, body)]).answers[0], 201)
    return path


def _verify(running: Server, batch: Batch) -> None:
    """Raise BadAnswer unless each item is read back with its UID in it."""
    requests = [running.dialect.ask("GET", path) for path in batch.paths]
    for mark, answer in zip(batch.marks, load.exchange(running.port, requests, 8).answers, strict=True):
        if f"UID:{mark}\r\n".encode() not in expect(answer, 200).body.replace(b"\r\n", b"\n").replace(
            b"\n", b"\r\n"
        ):
            raise BadAnswer(f"{mark} came back different")


def _fill(running: Server, sizes: Sizes) -> str:
    """A calendar of many events; filling it is not measured."""
    dialect, uids = running.dialect, [f"many-{number}" for number in range(sizes.events)]
    if dialect.kept_in:
        return _fill_folder(running, dialect.kept_in, uids)
    batch = _put_events(running, sizes.events, "many")
    for answer in load.exchange(running.port, batch.requests, 8).answers:
        expect(answer, 201, 204)
    return batch.collection


def _fill_folder(running: Server, kept_in: Path, uids: Sequence[str]) -> str:
    """The same by files beside the server: by one commit in a Git repository; else each is asked for once, which fills the caches."""
    path = _made(running, "MKCALENDAR", f"{running.dialect.calendars}many/", CALENDAR)
    folder = kept_in / path.strip("/")
    for number, uid in enumerate(uids):
        (folder / f"{uid}.ics").write_bytes(event(uid, number).encode())
    if (folder / ".git").is_dir():
        git = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-C", str(folder))
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", "many events"], check=True)
    else:
        for request in _multigets(running.dialect, path, [f"{path}{uid}.ics" for uid in uids]):
            expect(load.exchange(running.port, [request]).answers[0], 207)
        _synced(running, path)
    return path


def begins(number: int) -> datetime:
    """When the event of this number begins, for the first time."""
    return FIRST_DAY + timedelta(days=number // A_DAY, hours=8 + number % A_DAY)


def is_weekly(number: int) -> bool:
    """Whether it comes again."""
    return number % EVERY == 0


def in_week(events: int, monday: datetime) -> set[int]:
    """The numbers of the events of which some time is in the week from then on."""
    sunday = monday + timedelta(days=7)
    return {
        number
        for number in range(events)
        for week in range(TIMES if is_weekly(number) else 1)
        if monday <= begins(number) + timedelta(weeks=week) < sunday
    }


def event(uid: str, number: int) -> str:
    """An event as phones write it: with its time zone, an alarm, a few lines of words."""
    start = begins(number)
    rule = f"RRULE:FREQ=WEEKLY;COUNT={TIMES}\r\n" if is_weekly(number) else ""
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Cozy//bench//EN\r\nCALSCALE:GREGORIAN\r\n{PARIS}BEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nCREATED:20260101T000000Z\r\nLAST-MODIFIED:20260101T000000Z\r\nSEQUENCE:0\r\n"
        f"DTSTART;TZID=Europe/Paris:{start:%Y%m%dT%H%M%S}\r\nDTEND;TZID=Europe/Paris:{start + timedelta(minutes=30):%Y%m%dT%H%M%S}\r\n"
        f"{rule}SUMMARY:Meeting {number}\r\nLOCATION:Room {number % 17}\\, second floor\r\n"
        f"DESCRIPTION:What was said last time\\, and what is to be done until the next.\\nBring the papers of case {number}.\r\n"
        "X-BENCH-UNKNOWN:kept\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


PARIS = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"
    "DTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\n"
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nDTSTART:19701025T030000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def contact(uid: str, number: int) -> str:
    """A contact as phones write it, without a photo."""
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Cozy//bench//EN\r\nUID:{uid}\r\nFN:Ana Martin {number}\r\nN:Martin {number};Ana;;;\r\n"
        f"ORG:Atelier {number % 31};\r\nTITLE:Carpenter\r\nEMAIL;TYPE=HOME:ana{number}@example.org\r\nEMAIL;TYPE=WORK:a.martin{number}@example.com\r\n"
        f"TEL;TYPE=CELL:+33 6 00 {number // 100 % 100:02} {number % 100:02} 00\r\nADR;TYPE=HOME:;;{number} rue des Tilleuls;Lyon;;69001;France\r\n"
        f"BDAY:19{number % 90 + 10}-03-0{number % 9 + 1}\r\nNOTE:Met at the fair.\r\nX-BENCH-UNKNOWN:kept\r\nREV:20260101T000000Z\r\nEND:VCARD\r\n"
    )


def _week(running: Server, sizes: Sizes, calendar: str) -> tuple[list[float], float]:
    """Weeks over the whole calendar, each with the texts of its events."""
    weeks = max(1, sizes.events // A_DAY // 7 - TIMES)
    mondays = [FIRST_DAY + timedelta(weeks=turn % weeks) for turn in range(sizes.asks)]
    pieces = [[_week_request(running.dialect, calendar, monday)] for monday in mondays]
    runs, cpu_s = _until_enough(running, pieces)
    for run, monday in zip(runs, mondays, strict=False):
        answer, numbers = run.answers[0], in_week(sizes.events, monday)
        found = {int(href.rpartition("-")[2].removesuffix(".ics")) for href in _items(answer)}
        if found != numbers:
            raise BadAnswer(f"{len(found)} events in a week of {len(numbers)}")
        if expect(answer, 207).body.count(b"BEGIN:VEVENT") < len(numbers):
            raise BadAnswer("a week without the texts of its events")
    return [run.waits_s[0] for run in runs], cpu_s


def _until_enough(
    running: Server, pieces: Iterable[list[bytes]], clients: int = 1
) -> tuple[list[load.Run], float]:
    """Send one piece after the other, all or as many as fit into a while; what came of each, and the processor time of all."""
    runs: list[load.Run] = []
    before = process.cpu_s(running.server)
    for requests in pieces:
        runs.append(load.exchange(running.port, requests, clients))
        if sum(run.wall_s for run in runs) > ENOUGH_S:
            break
    return runs, process.cpu_s(running.server) - before


def _week_request(dialect: Dav, calendar: str, monday: datetime) -> bytes:
    start, end = (
        day.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for day in (monday, monday + timedelta(days=7))
    )
    body = (
        f"{XML}<c:calendar-query {SPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter>"
        f'<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="{start}" end="{end}"/>'
        "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    )
    return dialect.ask("REPORT", calendar, body, Depth="1")


def _sync(running: Server, sizes: Sizes, calendar: str) -> tuple[list[float], float]:
    """What a new phone asks first: what is there, in which state. All answers of one sync count as one."""
    before = process.cpu_s(running.server)
    walls_s = []
    for _ in range(max(1, sizes.asks // 4)):
        items, wall_s = _synced(running, calendar)
        if len(items) != sizes.events:
            raise BadAnswer(f"{len(items)} events listed instead of {sizes.events}")
        walls_s.append(wall_s)
    return walls_s, process.cpu_s(running.server) - before


def _synced(running: Server, calendar: str) -> tuple[set[str], float]:
    """The addresses of everything in a calendar, and the seconds that it took to be told."""
    dialect = running.dialect
    if not dialect.syncs:
        run = load.exchange(running.port, [dialect.ask("PROPFIND", calendar, ETAGS, Depth="1")])
        return _items(run.answers[0]), run.wall_s
    items: set[str] = set()
    token, wall_s = "", 0.0
    while True:
        body = (
            f"{XML}<d:sync-collection {SPACES}><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>"
            "<d:prop><d:getetag/></d:prop></d:sync-collection>"
        )
        run = load.exchange(running.port, [dialect.ask("REPORT", calendar, body)])
        items, wall_s = items | _items(run.answers[0]), wall_s + run.wall_s
        if not CUT_SHORT.search(run.answers[0].body):
            return items, wall_s
        token = _token(run.answers[0])


def _multiget(running: Server, sizes: Sizes, calendar: str) -> tuple[list[float], float]:
    """What a new phone asks next: all texts, so many at a time. All answers together count as one."""
    paths = sorted(_synced(running, calendar)[0])
    requests = _multigets(running.dialect, calendar, paths)
    run, cpu_s = measured(running, lambda: load.exchange(running.port, requests))
    texts = sum(expect(answer, 207).body.count(b"BEGIN:VEVENT") for answer in run.answers)
    if texts != sizes.events:
        raise BadAnswer(f"{texts} texts instead of {sizes.events}")
    return [run.wall_s], cpu_s


def _multigets(dialect: Dav, calendar: str, paths: Sequence[str]) -> list[bytes]:
    """The requests for all these texts, so many at a time."""
    return [
        _multiget_request(dialect, calendar, paths[at : at + BATCH]) for at in range(0, len(paths), BATCH)
    ]


def _multiget_request(dialect: Dav, calendar: str, paths: Iterable[str]) -> bytes:
    hrefs = "".join(f"<d:href>{path}</d:href>" for path in paths)
    body = f"{XML}<c:calendar-multiget {SPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop>{hrefs}</c:calendar-multiget>"
    return dialect.ask("REPORT", calendar, body, Depth="1")


def _look(path: Callable[[Server, Sizes], str]) -> Callable[[Server, Sizes, int], Timed]:
    def measure(running: Server, sizes: Sizes, round_number: int) -> Timed:
        look = running.dialect.ask("PROPFIND", path(running, sizes), STATE, Depth="0")
        pieces = [[look] * min(PIECE, sizes.looks - done) for done in range(0, sizes.looks, PIECE)]
        runs, cpu_s = _until_enough(running, pieces, clients=8)
        for answer in (answer for run in runs for answer in run.answers):
            expect(answer, 207)
        return load.tally(runs), cpu_s

    return measure


def _state_of_calendar(running: Server, sizes: Sizes) -> str:
    if running.name not in _filled:
        _filled[running.name] = _fill(running, sizes)
    return _filled[running.name]


def _state_of_folder(running: Server, sizes: Sizes) -> str:
    return running.dialect.files


def _items(answer: Answer) -> set[str]:
    """The addresses of the items that a multistatus names, without those of collections."""
    expect(answer, 207)
    hrefs = (HREF.search(each) for each in RESPONSE.findall(answer.body))
    return {href[1].decode() for href in hrefs if href and not href[1].endswith(b"/")}


def _token(answer: Answer) -> str:
    found = TOKEN.findall(answer.body)
    if not found:
        raise BadAnswer("a sync without a token")
    return next(filter(None, found[-1])).decode()
