"""What is measured: each case prepares, times, then verifies one thing on one running server."""

import hashlib
import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from bench import load, process, wrk
from bench.dialects import Dialect
from bench.load import BadAnswer
from bench.peers import Peer, Tongue
from bench.running import Running, start

BLOCK_SIZE = 1 << 20  # bytes
MB = 1_000_000
NAME = "entry-{:05d}.bin"


@dataclass(frozen=True)
class Sizes:
    """How much is done."""

    files: int = 1000
    body: int = 10_000  # bytes
    big: int = 1_000_000_000  # bytes
    short_list: int = 1000  # entries
    long_list: int = 10_000  # entries
    get_s: int = 2  # how long wrk reads the files
    get_passes: int = 5  # times that all files are read, without wrk
    listed: int = 50_000  # entries in all, over as many listings as that takes; ten at least


QUICK = Sizes(files=16, big=4_000_000, short_list=8, long_list=16, get_s=1, get_passes=2, listed=0)


@dataclass(frozen=True)
class Metric:
    """One line of the report."""

    key: str
    title: str
    unit: str
    compared: bool = True  # whether its ratio to another server's says anything


Outcome = TypeVar("Outcome")
Amounts = TypeVar("Amounts")  # how much is done
Figures = dict[str, float]  # by metric's key


def every_server(running: Running[Any]) -> bool:
    """For cases that suit each server of their suite."""
    return True


@dataclass(frozen=True)
class Case(Generic[Tongue, Amounts]):
    """A measurement on a server that runs already; `round_number` keeps its names and bytes apart from other rounds'.

    suits: whether a server has what is measured; the others are left out.
    """

    key: str
    metrics: tuple[Metric, ...]
    measure: Callable[[Running[Tongue], Amounts, int], Figures]
    suits: Callable[[Running[Tongue]], bool] = every_server


Server = Running[Dialect]


def all_cases(sizes: Sizes) -> list[Case[Dialect, Sizes]]:
    """The cases in the order in which they run; a round runs each on every server in turn."""
    size = f"{sizes.body / 1000:g} kB"
    big = f"{sizes.big / MB:,g} MB"
    return [
        *(request_case(f"put-{n}", f"PUT {size}, {clients_in_words(n)}", _puts(n)) for n in (1, 8)),
        *(request_case(f"get-{n}", f"GET {size}, {clients_in_words(n)}", _gets(n)) for n in (1, 8)),
        *(request_case(f"rename-{n}", f"rename, {clients_in_words(n)}", _renames(n)) for n in (1, 8)),
        Case("upload", _big_metrics("upload", f"upload {big}"), _big_upload),
        Case("download", _big_metrics("download", f"download {big}"), _big_download),
        Case(
            "list-small",
            _list_metrics("list-small", sizes.short_list),
            _listing("list-small", sizes.short_list),
        ),
        Case(
            "list-large",
            _list_metrics("list-large", sizes.long_list),
            _listing("list-large", sizes.long_list),
        ),
    ]


RESTING = (
    Metric("start", "start to first answer", "s"),
    Metric("idle-memory", "idle memory", "MB"),
)


def rest(peer: Peer[Any], folder: Path) -> Figures:
    """Start a server on a folder that it has used before; its memory once it has come to rest."""
    with start(peer, folder) as fresh:
        process.wait_idle(fresh.server, settle_s=1)
        return {
            "start": fresh.started_in_s,
            "idle-memory": process.resident(fresh.server) / MB,
        }


def clients_in_words(count: int) -> str:
    return f"{count} client{'s' if count > 1 else ''}"


Timed = tuple[load.Tally, float]  # and the server's processor time for it, in seconds


def request_case(
    key: str,
    title: str,
    measure: Callable[[Running[Tongue], Amounts, int], Timed],
) -> Case[Tongue, Amounts]:
    """A case of many small requests: rate, the server's processor time, waits, the generator's share."""

    def figures(running: Running[Tongue], sizes: Amounts, round_number: int) -> Figures:
        tally, cpu_s = measure(running, sizes, round_number)
        return {
            key: tally.count / tally.wall_s,
            f"{key}-cpu": cpu_s / tally.count * 1000,
            f"{key}-p99": tally.p99_s * 1000,
            f"{key}-generator": tally.own_cpu_s / tally.wall_s,
        }

    metrics = (
        Metric(key, title, "/s"),
        Metric(f"{key}-cpu", "  server's CPU, each", "ms"),
        Metric(f"{key}-p99", "  99th percentile", "ms"),
        Metric(f"{key}-generator", "  generator's CPU", "core", compared=False),
    )
    return Case(key, metrics, figures)


def _big_metrics(key: str, title: str) -> tuple[Metric, ...]:
    return (
        Metric(key, title, "MB/s"),
        Metric(f"{key}-cpu", "  server's CPU", "s"),
        Metric(f"{key}-memory", "  server's memory growth", "MB", compared=False),
    )


def _list_metrics(key: str, entries: int) -> tuple[Metric, ...]:
    return Metric(key, f"list {entries:,} entries", "ms"), Metric(f"{key}-cpu", "  server's CPU", "ms")


def measured(running: Running[Any], run: Callable[[], Outcome]) -> tuple[Outcome, float]:
    """What a run came to, and the server's processor time for it, in seconds."""
    before = process.cpu_s(running.server)
    done = run()
    return done, process.cpu_s(running.server) - before


def _folder(running: Server, name: str) -> str:
    """A new folder at the root, as a handle."""
    dialect = running.dialect
    answer = load.exchange(running.port, [dialect.make_folder(dialect.root, name)]).answers[0]
    return dialect.made(answer, dialect.root, f"{name}/")


@dataclass(frozen=True)
class Batch:
    """Files in one folder of a server, in the order of `names`."""

    folder: str
    names: list[str]
    bodies: list[bytes]
    files: list[str]


def _bodies(count: int, size: int, seed: str) -> list[bytes]:
    """Different bytes for each file, server and round, so that no server stores one content twice."""
    source = random.Random(seed)
    return [source.randbytes(size) for _ in range(count)]


def _batch(
    running: Server, folder_name: str, count: int, size: int, clients: int
) -> tuple[Batch, tuple[load.Run, float]]:
    """Upload so many files into a new folder; the run is timed."""
    dialect, folder = running.dialect, _folder(running, folder_name)
    names = [NAME.format(i) for i in range(count)]
    bodies = _bodies(count, size, f"{running.name} {folder_name}")
    requests = [dialect.upload(folder, name, size) + body for name, body in zip(names, bodies, strict=True)]
    run, cpu_s = measured(running, lambda: load.exchange(running.port, requests, clients))
    files = [dialect.made(answer, folder, name) for answer, name in zip(run.answers, names, strict=True)]
    return Batch(folder, names, bodies, files), (run, cpu_s)


def verify(batch: Batch, answers: list[load.Answer]) -> None:
    """Raise BadAnswer unless each answer is the file that was sent, by SHA-256."""
    for name, body, answer in zip(batch.names, batch.bodies, answers, strict=True):
        if answer.status != 200 or hashlib.sha256(answer.body).digest() != hashlib.sha256(body).digest():
            raise BadAnswer(f"{name} came back different (status {answer.status}, {len(answer.body)} bytes)")


def _read(running: Server, batch: Batch, clients: int) -> load.Run:
    requests = [running.dialect.download(file) for file in batch.files]
    return load.exchange(running.port, requests, clients)


def _puts(clients: int) -> Callable[[Server, Sizes, int], Timed]:
    def measure(running: Server, sizes: Sizes, round_number: int) -> Timed:
        batch, (run, cpu_s) = _batch(
            running, f"put-{clients}-{round_number}", sizes.files, sizes.body, clients
        )
        verify(batch, _read(running, batch, clients=8).answers)
        return load.tally([run]), cpu_s

    return measure


def _gets(clients: int) -> Callable[[Server, Sizes, int], Timed]:
    def measure(running: Server, sizes: Sizes, round_number: int) -> Timed:
        batch, _ = _batch(running, f"get-{clients}-{round_number}", sizes.files, sizes.body, clients=8)
        verify(batch, _read(running, batch, clients).answers)
        if wrk.program():
            requests = [running.dialect.download(file) for file in batch.files]
            return measured(
                running, lambda: wrk.get(running.port, requests, clients, sizes.get_s, sizes.body)
            )
        return measured(
            running, lambda: load.tally([_read(running, batch, clients) for _ in range(sizes.get_passes)])
        )

    return measure


def _renames(
    clients: int,
) -> Callable[[Server, Sizes, int], Timed]:
    def measure(running: Server, sizes: Sizes, round_number: int) -> Timed:
        dialect = running.dialect
        batch, _ = _batch(
            running,
            f"rename-{clients}-{round_number}",
            sizes.files,
            sizes.body,
            clients=8,
        )
        pairs = [(file, f"renamed-{name}") for file, name in zip(batch.files, batch.names, strict=True)]
        requests = [dialect.rename(batch.folder, file, name) for file, name in pairs]
        run, cpu_s = measured(running, lambda: load.exchange(running.port, requests, clients))
        files = [
            dialect.renamed(answer, batch.folder, file, name)
            for answer, (file, name) in zip(run.answers, pairs, strict=True)
        ]
        moved = Batch(batch.folder, [name for _, name in pairs], batch.bodies, files)
        verify(moved, _read(running, moved, clients=8).answers)
        return load.tally([run]), cpu_s

    return measure


def _blocks(size: int, seed: str) -> Iterator[memoryview]:
    """A large body, block by block; it differs by seed, and costs nothing to make."""
    block = memoryview(bytearray(random.Random(seed).randbytes(BLOCK_SIZE)))
    for offset in range(0, size, BLOCK_SIZE):
        block[:8] = offset.to_bytes(8)
        yield block[: min(BLOCK_SIZE, size - offset)]


def warm(folder: Path, size: int) -> None:
    """Write and delete so many bytes: a virtual machine's first use of a page of memory is slow.

    Without it, whichever server comes first pays for the page cache of all (measured: a third of its speed).
    """
    path = folder / "warm"
    with path.open("wb") as file:
        for block in _blocks(size, "warm"):
            file.write(block)
    path.unlink()


def _send_big(running: Server, sizes: Sizes, folder_name: str) -> tuple[str, Figures]:
    dialect, folder = running.dialect, _folder(running, folder_name)
    head = dialect.upload(folder, "big.bin", sizes.big)
    blocks = _blocks(sizes.big, f"{running.name} {folder_name}")
    warm(running.folder, sizes.big)
    memory = process.PeakMemory(running.server)
    run, cpu_s = measured(running, lambda: load.upload(running.port, head, blocks))
    growth = memory.growth()
    file = dialect.made(run.answers[0], folder, "big.bin")
    return file, {
        "upload": sizes.big / MB / run.wall_s,
        "upload-cpu": cpu_s,
        "upload-memory": growth / MB,
    }


def _verify_big(running: Server, sizes: Sizes, file: str, folder_name: str) -> None:
    sent, received = hashlib.sha256(), hashlib.sha256()
    sink = load.Sink(received.update)
    for block in _blocks(sizes.big, f"{running.name} {folder_name}"):
        sent.update(block)
    load.download(running.port, running.dialect.download(file), sink)
    if received.digest() != sent.digest():
        raise BadAnswer(f"the large file came back different ({sink.size} bytes)")


def _big_upload(running: Server, sizes: Sizes, round_number: int) -> Figures:
    name = f"upload-{round_number}"
    file, figures = _send_big(running, sizes, name)
    _verify_big(running, sizes, file, name)
    _remove(running, file)
    return figures


def _big_download(running: Server, sizes: Sizes, round_number: int) -> Figures:
    """The file was just written, so that it comes from the page cache on every server."""
    name = f"download-{round_number}"
    file, _ = _send_big(running, sizes, name)
    memory, sink = process.PeakMemory(running.server), load.Sink()
    run, cpu_s = measured(
        running,
        lambda: load.download(running.port, running.dialect.download(file), sink),
    )
    figures = {
        "download": sizes.big / MB / run.wall_s,
        "download-cpu": cpu_s,
        "download-memory": memory.growth() / MB,
    }
    _verify_big(running, sizes, file, name)
    _remove(running, file)
    return figures


def _remove(running: Server, file: str) -> None:
    """Take the file out of the way, so that rounds do not fill the disk where a server frees its bytes."""
    load.exchange(running.port, running.dialect.remove(file))


def _listing(key: str, entries: int) -> Callable[[Server, Sizes, int], Figures]:
    folders: dict[str, str] = {}  # by server: filled once, listed in every round

    def measure(running: Server, sizes: Sizes, round_number: int) -> Figures:
        if running.name not in folders:
            folders[running.name] = _batch(running, key, entries, size=16, clients=8)[0].folder
        passes = max(10, sizes.listed // entries)
        before = process.cpu_s(running.server)
        walls_s = [_list_once(running, folders[running.name], entries) for _ in range(passes)]
        cpu_s = process.cpu_s(running.server) - before
        return {
            key: statistics.median(walls_s) * 1000,
            f"{key}-cpu": cpu_s / passes * 1000,
        }

    return measure


def _list_once(running: Server, folder: str, entries: int) -> float:
    """Seconds for a whole listing, page after page."""
    request: bytes | None = running.dialect.listing(folder, entries)
    found, wall_s = 0, 0.0
    while request is not None:
        run = load.exchange(running.port, [request])
        count, request = running.dialect.listed(run.answers[0])
        found, wall_s = found + count, wall_s + run.wall_s
    if found != entries:
        raise BadAnswer(f"{found} entries listed instead of {entries}")
    return wall_s
