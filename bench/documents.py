"""What is measured of documents: one by one, many at once, by query, and as a feed of changes."""

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import couch, load, process
from bench.cases import Case, Figures, Metric, Timed, clients_in_words, measured, request_case
from bench.couch import Couch, Document
from bench.load import BadAnswer
from bench.running import Running

KINDS = ("note", "task", "event")
FOUND = 50  # documents that a query finds
PAGE = 1_000  # changes that are asked for at once
LATE = 10  # changes that somebody missed who was here a moment ago

Server = Running[Couch]


@dataclass(frozen=True)
class Sizes:
    """How much is done."""

    documents: int = 1_000  # put and read one by one
    get_passes: int = 5  # times that all are read
    bulk: int = 10_000
    held: tuple[int, ...] = (1_000, 10_000, 100_000)  # in the databases that are queried and followed
    finds: int = 200  # indexed
    scanned: int = 200_000  # documents in all, over as many unindexed queries as that takes; two at least
    followed: int = 100_000  # changes in all, over as many readings of the feed as that takes
    tails: int = 200


QUICK = Sizes(documents=16, get_passes=2, bulk=40, held=(60, 120), finds=4, scanned=0, followed=0, tails=4)


def all_cases(sizes: Sizes) -> list[Case[Couch, Sizes]]:
    """The cases in the order in which they run; a round runs each on every server in turn."""
    filled = Filled()
    return [
        *(request_case(f"get-{n}", f"get, {clients_in_words(n)}", _gets(n)) for n in (1, 8)),
        *(request_case(f"put-{n}", f"put, {clients_in_words(n)}", _puts(n)) for n in (1, 8)),
        Case("bulk", _bulk_metrics(sizes.bulk), _bulk),
        *(case for held in sizes.held for case in _cases_at(filled, held)),
    ]


def document(number: int, place: int) -> Document:
    """The document of a number; `m` says the same in another order, which no index helps with."""
    return {
        "_id": f"entry-{number:06d}", "n": number, "m": place, "name": f"Entry {number}", "kind": KINDS[number % 3],
        "tags": ["bench", f"tag-{number % 17}"], "author": {"name": "Zoé", "id": number % 100},
        "text": "It was a dark and stormy night; the rain fell in torrents. " * 4,
    }  # fmt: skip


def documents(count: int) -> list[Document]:
    """The same on every server."""
    places = list(range(count))
    random.Random(count).shuffle(places)
    return [document(number, place) for number, place in enumerate(places)]


def _database(server: Server, name: str) -> str:
    dialect = server.dialect
    path = dialect.database(name)
    couch.read(load.exchange(server.port, [dialect.create(path)]).answers[0], 200, 201)
    return path


def _put(server: Server, name: str, count: int, clients: int) -> tuple[str, tuple[load.Run, float]]:
    """A new database with so many documents, put one by one; the run is timed."""
    path = _database(server, name)
    requests = [server.dialect.put(path, each) for each in documents(count)]
    run, cpu_s = measured(server, lambda: load.exchange(server.port, requests, clients))
    for answer in run.answers:
        couch.read(answer, 200, 201)
    return path, (run, cpu_s)


def _get(server: Server, path: str, count: int, clients: int) -> load.Run:
    requests = [server.dialect.get(path, each["_id"]) for each in documents(count)]
    return load.exchange(server.port, requests, clients)


def verify(sent: list[Document], answers: list[load.Answer]) -> None:
    """Raise BadAnswer unless each answer is the document that was sent."""
    for wanted, answer in zip(sent, answers, strict=True):
        found = couch.read(answer)
        if found["_id"] != wanted["_id"] or couch.contents(found) != couch.contents(wanted):
            raise BadAnswer(f"{wanted['_id']} came back different")


def _puts(clients: int) -> Callable[[Server, Sizes, int], Timed]:
    def measure(server: Server, sizes: Sizes, round_number: int) -> Timed:
        path, (run, cpu_s) = _put(server, f"put-{clients}-{round_number}", sizes.documents, clients)
        verify(documents(sizes.documents), _get(server, path, sizes.documents, clients=8).answers)
        return load.tally([run]), cpu_s

    return measure


def _gets(clients: int) -> Callable[[Server, Sizes, int], Timed]:
    def measure(server: Server, sizes: Sizes, round_number: int) -> Timed:
        path, _ = _put(server, f"get-{clients}-{round_number}", sizes.documents, clients=8)
        verify(documents(sizes.documents), _get(server, path, sizes.documents, clients).answers)
        runs, cpu_s = measured(
            server,
            lambda: [_get(server, path, sizes.documents, clients) for _ in range(sizes.get_passes)],
        )
        return load.tally(runs), cpu_s

    return measure


def _bulk_metrics(count: int) -> tuple[Metric, ...]:
    return (
        Metric("bulk", f"bulk_docs of {count:,}", "docs/s"),
        Metric("bulk-cpu", "  server's CPU, each", "ms"),
    )


def _bulk(server: Server, sizes: Sizes, round_number: int) -> Figures:
    path = _database(server, f"bulk-{round_number}")
    run, cpu_s = measured(server, lambda: _send_bulk(server, path, documents(sizes.bulk)))
    sample = documents(sizes.bulk)[:: max(1, sizes.bulk // 100)]
    requests = [server.dialect.get(path, each["_id"]) for each in sample]
    verify(sample, load.exchange(server.port, requests).answers)
    if _follow(server, path).count != sizes.bulk:
        raise BadAnswer("the feed does not hold what was sent")
    return {"bulk": sizes.bulk / run.wall_s, "bulk-cpu": cpu_s / sizes.bulk * 1000}


def _send_bulk(server: Server, path: str, some: list[Document]) -> load.Run:
    run = load.exchange(server.port, [server.dialect.bulk(path, some)])
    lines = couch.read(run.answers[0], 201)
    if len(lines) != len(some) or any("error" in line for line in lines):
        raise BadAnswer("not everything was stored")
    return run


@dataclass(frozen=True)
class Held:
    """A database of so many documents, with an index on `n` that has been built."""

    path: str
    count: int
    late: str  # seq before the last LATE changes


class Filled:
    """Databases by server and size: filled and indexed once, then asked in every round."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int], Held] = {}

    def of(self, server: Server, count: int) -> Held:
        key = (server.name, count)
        if key not in self._held:
            self._held[key] = self._fill(server, count)
        return self._held[key]

    def _fill(self, server: Server, count: int) -> Held:
        path, every = _database(server, f"held-{count}"), documents(count)
        for start in range(0, count, 5_000):
            _send_bulk(server, path, every[start : start + 5_000])
        couch.read(load.exchange(server.port, [server.dialect.index(path, "n")]).answers[0], 200, 201)
        _find(server, path, "n", 0)
        return Held(path, count, _follow(server, path).late)


def _cases_at(filled: Filled, count: int) -> list[Case[Couch, Sizes]]:
    def case(
        key: str, title: str, run: Callable[[Server, Sizes, Held, int], list[float]]
    ) -> Case[Couch, Sizes]:
        def measure(server: Server, sizes: Sizes, round_number: int) -> Figures:
            held = filled.of(server, count)
            before = process.cpu_s(server.server)
            walls_s = run(server, sizes, held, round_number)
            cpu_s = process.cpu_s(server.server) - before
            return {
                f"{key}-{count}": statistics.median(walls_s) * 1000,
                f"{key}-{count}-cpu": cpu_s / len(walls_s) * 1000,
            }

        metrics = (
            Metric(f"{key}-{count}", f"{title} {count:,}", "ms"),
            Metric(f"{key}-{count}-cpu", "  server's CPU", "ms"),
        )
        return Case(f"{key}-{count}", metrics, measure)

    return [
        case("find", f"find {FOUND} by an index among", _finds),
        case("scan", f"find {FOUND} without, among", _scans),
        case("changes", "changes, all of", _feeds),
        case("tail", f"changes, the last {LATE} of", _tails),
    ]


def _finds(server: Server, sizes: Sizes, held: Held, round_number: int) -> list[float]:
    return [_find(server, held.path, "n", start) for start in _starts(held, sizes.finds, round_number)]


def _scans(server: Server, sizes: Sizes, held: Held, round_number: int) -> list[float]:
    passes = max(2, sizes.scanned // held.count)
    return [_find(server, held.path, "m", start) for start in _starts(held, passes, round_number)]


def _starts(held: Held, count: int, round_number: int) -> list[int]:
    chance = random.Random(round_number)
    return [chance.randrange(held.count - FOUND) for _ in range(count)]


def _find(server: Server, path: str, name: str, start: int) -> float:
    """Seconds for a query that finds FOUND documents."""
    # One more than there are: who has found as many as were asked for may stop, wherever they happen to be.
    asked = server.dialect.find(path, {name: {"$gte": start, "$lt": start + FOUND}}, FOUND + 1)
    run = load.exchange(server.port, [asked])
    found = sorted(each[name] for each in couch.read(run.answers[0])["docs"])
    if found != list(range(start, start + FOUND)):
        raise BadAnswer(f"{len(found)} documents found instead of {FOUND}")
    return run.wall_s


@dataclass
class Followed:
    """What reading a feed came to."""

    count: int = 0
    wall_s: float = 0.0
    late: str = "0"  # seq before the last LATE changes


def _follow(server: Server, path: str, since: str = "0") -> Followed:
    """The whole feed from a moment on, page after page."""
    followed, seqs = Followed(), list[str]()
    while True:
        run = load.exchange(server.port, [server.dialect.changes(path, since, PAGE)])
        page: Any = couch.read(run.answers[0])
        followed.wall_s += run.wall_s
        seqs += [str(each["seq"]) for each in page["results"] if not each["id"].startswith("_design/")]
        since = str(page["last_seq"])
        if len(page["results"]) < PAGE:
            break
    followed.count = len(seqs)
    followed.late = seqs[-LATE - 1] if len(seqs) > LATE else "0"
    return followed


def _feeds(server: Server, sizes: Sizes, held: Held, round_number: int) -> list[float]:
    return [_read(server, held, "0", held.count).wall_s for _ in range(max(1, sizes.followed // held.count))]


def _tails(server: Server, sizes: Sizes, held: Held, round_number: int) -> list[float]:
    return [_read(server, held, held.late, LATE).wall_s for _ in range(sizes.tails)]


def _read(server: Server, held: Held, since: str, wanted: int) -> Followed:
    followed = _follow(server, held.path, since)
    if followed.count != wanted:
        raise BadAnswer(f"{followed.count} changes instead of {wanted}")
    return followed
