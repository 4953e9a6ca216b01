"""Small pictures of photos: what a home draws in a second, beside `vipsthumbnail`, which is the limit. `python -m bench photos`."""

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyvips

from bench import load, process, running
from bench.dialects import FilesApi, expect, request
from bench.load import BadAnswer
from bench.peers import Cozy, program
from bench.running import Running

BUDGET = (
    0.6  # of what two processes of vipsthumbnail do: the rest is HTTP, the disk, and proving who may look
)
CORES = 2
DRAWN_AHEAD = 4  # pictures of each photo
PATIENCE_S = 600
COZY = Cozy[FilesApi](FilesApi, "authenticates; each picture is written and synced to disk")
SMALL = "640x480"


@dataclass(frozen=True)
class Sizes:
    """How much is done."""

    photos: int = 60
    width: int = 4_000
    height: int = 3_000


QUICK = Sizes(photos=4, width=800, height=600)


@dataclass(frozen=True)
class Way:
    """One way to small pictures, and its rounds: pictures a second, and seconds of processor time for one."""

    name: str
    rates: list[float]
    cpu_s: list[float]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("photos", help="small pictures of photos, beside vipsthumbnail")
    parser.set_defaults(run=run)
    parser.add_argument("--quick", action="store_true", help="few and small photos, one round: does it work?")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often (default: 3)")
    parser.add_argument("--json", type=Path, default=Path("build/bench/photos.json"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """0 when everything was drawn, 1 when something went wrong."""
    sizes = QUICK if options.quick else Sizes()
    with TemporaryDirectory(prefix="bench-photos-", ignore_cleanup_errors=True) as folder:
        try:
            ways = _measure(sizes, Path(folder), 1 if options.quick else options.rounds)
        except (BadAnswer, OSError, subprocess.CalledProcessError) as fault:
            print(f"FAILED: {fault}")
            return 1
    print(_table(ways, sizes))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    found = {"sizes": asdict(sizes), "cores": os.cpu_count(), "ways": [asdict(way) for way in ways]}
    options.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def _measure(sizes: Sizes, folder: Path, rounds: int) -> list[Way]:
    """Each way in each round in turn, so that a busy moment of the machine hits them alike."""
    photos = list(_photos(sizes, folder))
    ways = [
        Way(name, [], [])
        for name in (
            "vipsthumbnail, 1 process",
            f"vipsthumbnail, {CORES} processes",
            "cozy, asked",
            "cozy, ahead",
        )
    ]
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", flush=True)
        if program("vipsthumbnail"):
            for way, processes in zip(ways[:2], (1, CORES), strict=True):
                _note(
                    way, sizes.photos, lambda processes=processes: _by_vips(photos, folder / "out", processes)
                )
        place = folder / f"cozy-{number}"
        running.settle(COZY, place)
        with running.start(COZY, place) as server:
            _by_cozy(server, photos, ways[2], ways[3])
    return [way for way in ways if way.rates]


def _photos(sizes: Sizes, folder: Path) -> Iterator[Path]:
    """Photos as large as a phone's, with something to see in every place; a few scenes, each with other last bytes."""
    scenes = [_scene(seed, sizes) for seed in range(min(6, sizes.photos))]
    for number in range(sizes.photos):
        path = folder / f"photo-{number:04}.jpg"
        path.write_bytes(scenes[number % len(scenes)] + f"photo {number}".encode())
        yield path


def _scene(seed: int, sizes: Sizes) -> bytes:
    coarse = [pyvips.Image.gaussnoise(20, 15, sigma=50, mean=128, seed=seed * 3 + band) for band in range(3)]
    image = (
        coarse[0]
        .bandjoin(list(coarse[1:]))
        .resize(sizes.width / 20, vscale=sizes.height / 15, kernel="cubic")
    )
    grain = pyvips.Image.gaussnoise(sizes.width, sizes.height, sigma=9, mean=0, seed=seed)
    return bytes((image + grain).cast("uchar").copy(interpretation="srgb").jpegsave_buffer(Q=88))


def _note(way: Way, count: int, draw: Callable[[], float]) -> None:
    """draw: returns the processor time that it took."""
    start = time.perf_counter()
    cpu_s = draw()
    way.rates.append(count / (time.perf_counter() - start))
    way.cpu_s.append(cpu_s / count)


def _by_vips(photos: Sequence[Path], out: Path, processes: int) -> float:
    """So many processes, each with its share of the photos, one thread each."""
    out.mkdir(exist_ok=True)
    before = sum(os.times()[2:4])
    command = [program("vipsthumbnail"), "--size", SMALL, "-o", f"{out}/%s.jpg[Q=80,strip]"]
    environment = {**os.environ, "VIPS_CONCURRENCY": "1"}
    shares = [photos[start::processes] for start in range(processes)]
    started = [subprocess.Popen([*command, *map(str, share)], env=environment) for share in shares]
    ended = [each.wait() for each in started]
    if any(ended):
        raise BadAnswer("vipsthumbnail failed")
    return sum(os.times()[2:4]) - before


def _by_cozy(server: Running[FilesApi], photos: Sequence[Path], asked: Way, ahead: Way) -> None:
    """What is drawn by itself after an upload, and then what somebody asks for that was not."""
    api = server.dialect
    started, before = time.perf_counter(), process.cpu_s(server.server)
    links = [_upload(server, photo) for photo in photos]
    _wait_for_pictures(server.folder / "data", DRAWN_AHEAD * len(photos))
    ahead.rates.append(len(photos) / (time.perf_counter() - started))
    ahead.cpu_s.append((process.cpu_s(server.server) - before) / len(photos))
    before = process.cpu_s(server.server)
    requests = [request("GET", link, {"Host": api.host}) for link in links]
    run = load.exchange(server.port, requests, clients=4)
    for answer in run.answers:
        image = pyvips.Image.new_from_buffer(expect(answer, 200).body, "")
        if image.height != 480:
            raise BadAnswer(f"a picture of {image.width} by {image.height}")
    asked.rates.append(len(photos) / run.wall_s)
    asked.cpu_s.append((process.cpu_s(server.server) - before) / len(photos))


def _upload(server: Running[FilesApi], photo: Path) -> str:
    """Where the small picture of a new photo is."""
    data = photo.read_bytes()
    head = server.dialect.upload(server.dialect.root, photo.name, len(data))
    answer = load.upload(server.port, head, iter([memoryview(data)])).answers[0]
    link: str = json.loads(expect(answer, 201).body)["data"]["links"]["small"]
    return link


def _wait_for_pictures(data: Path, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while sum(1 for path in data.glob("homes/*/thumbnails/*/*") if path.suffix != ".part") < count:
        if time.monotonic() > deadline:
            raise BadAnswer("the pictures that are drawn ahead did not come")
        time.sleep(0.05)


def _table(ways: Sequence[Way], sizes: Sizes) -> str:
    limit = next((statistics.median(way.rates) for way in ways if way.name.endswith("processes")), None)
    lines = [
        f"{sizes.photos} photos of {sizes.width} by {sizes.height}, each drawn {SMALL}; median of rounds"
    ]
    for way in ways:
        rate = statistics.median(way.rates)
        ratio = f"  ({rate / limit:.2f})" if limit else ""
        lines.append(
            f"{way.name:28} {rate:8.1f} a second{ratio}   {1000 * statistics.median(way.cpu_s):6.0f} ms of processor each"
        )
    lines.append(
        "cozy, asked: over HTTP, 4 clients. cozy, ahead: upload, 4 pictures of each photo and its likeness."
    )
    if limit is None:
        lines.append("vipsthumbnail is not installed (Debian: libvips-tools): nothing to compare with")
    else:
        kept = (
            next(statistics.median(way.rates) for way in ways if way.name == "cozy, asked") / limit >= BUDGET
        )
        lines.append(
            f"budget, asked ≥ {BUDGET} × vipsthumbnail in {CORES} processes: {'kept' if kept else 'missed'}"
        )
        said = subprocess.run(
            [program("vipsthumbnail"), "--vips-version"], capture_output=True, text=True, check=True
        )
        lines.append(said.stdout.strip())
    return "\n".join(lines)
