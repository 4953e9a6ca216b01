"""The process that opens people's files: it may hang, crash or eat all its memory, and nothing else notices."""

import asyncio
import errno
import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tarfile
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cozy.backends import previewer
from cozy.backends.previewer import Previewer, Worker, limits
from cozy.backends.previewer.limits import Limit
from cozy.backends.previewer.process import WORKER
from cozy.kernel.previews import CannotDraw, DrawerDied, Ends, OutOfTime, TooHungry, TooLargeToDraw
from tests.browser import samples


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


@pytest.fixture
def drawer() -> Iterator[Previewer]:
    drawer = Previewer()
    yield drawer
    drawer.close()


def source(data: bytes):
    async def read() -> AsyncIterator[bytes]:
        yield data

    return read


async def test_the_same_picture_is_drawn_once(drawer):
    asked = []

    async def read() -> AsyncIterator[bytes]:
        asked.append(1)
        yield samples.picture(0.3, 300, 200)

    first = await drawer.draw("a", 1000, read, "thumbnail", size=64)
    assert first == await drawer.draw("a", 1000, read, "thumbnail", size=64)
    assert first[8:12] == b"WEBP"
    assert asked == [1]


@pytest.mark.parametrize("recipe", ["thumbnail", "pdf_text", "pdf_page"])
async def test_nonsense_cannot_be_drawn_and_the_next_one_can(drawer, recipe):
    options = {"pdf_text": {"first": 0, "count": 1}, "pdf_page": {"page": 0, "size": 9}}.get(
        recipe, {"size": 9}
    )
    with pytest.raises(CannotDraw):
        await drawer.draw("a", 8, source(b"nonsense"), recipe, **options)
    assert await drawer.draw("b", 9, source(samples.picture(0.1, 90, 60)), "thumbnail", size=64)


async def test_a_file_that_is_too_large_is_not_even_read(drawer):
    with pytest.raises(TooLargeToDraw):
        await drawer.draw("a", previewer.SOURCE_LIMIT + 1, source(b""), "thumbnail", size=64)


async def test_of_a_long_film_its_ends_are_enough(drawer, monkeypatch):
    """With its index at the end, as cameras write it."""
    monkeypatch.setattr(previewer, "END", 200_000)
    film = samples.film(2)
    whole = film[: film.index(b"mdat") - 4]
    rest = film[len(whole) :]
    size = int.from_bytes(rest[:4]) - 8
    start, end = rest[8 : 8 + size], rest[8 + size :]
    gap = 600_000
    long = whole + (size + gap + 8).to_bytes(4) + b"mdat" + start + bytes(gap) + end
    asked: list[tuple[int, int]] = []

    async def ends(at: int, count: int) -> AsyncIterator[bytes]:
        asked.append((at, count))
        yield long[at : at + count]

    drawn = await drawer.draw(
        "film", len(long), Ends(ends), "picture", width=64, height=64, crop=0, kind="film"
    )
    assert drawn[:2] == b"\xff\xd8"
    assert asked == [(0, 200_000), (len(long) - 200_000, 200_000)]


def test_one_that_never_ends_is_killed(worker, tmp_path: Path, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "code", Limit(patience_s=0.3))
    os.mkfifo(tmp_path / "endless")
    with pytest.raises(OutOfTime, match="had to be stopped"):
        worker.obey({"recipe": "code", "path": str(tmp_path / "endless"), "name": "a.txt"})
    monkeypatch.undo()
    (tmp_path / "a.py").write_text("x = 1")
    assert b"x" in worker.obey({"recipe": "code", "path": str(tmp_path / "a.py"), "name": "a.py"})


def test_one_that_wants_all_memory_gets_little(worker, tmp_path: Path):
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(8 * 1024**3)
    with pytest.raises(TooHungry):
        worker.obey({"recipe": "code", "path": str(tmp_path / "huge.txt"), "name": "huge.txt"})


def test_a_recipe_may_have_a_limit_of_its_own_and_the_next_order_its_own_again(
    worker, tmp_path: Path, monkeypatch
):
    (tmp_path / "large.txt").write_bytes(b"x" * 50_000_000)
    monkeypatch.setitem(limits.LIMITS, "code", Limit(memory=60_000_000))
    with pytest.raises(TooHungry):
        worker.obey({"recipe": "code", "path": str(tmp_path / "large.txt"), "name": "a.txt"})
    (tmp_path / "a.md").write_text("# One")
    assert worker.obey({"recipe": "markdown", "path": str(tmp_path / "a.md")})


def test_one_that_dies_of_its_file_is_known_by_it(worker, tmp_path: Path):
    os.mkfifo(tmp_path / "endless")
    (tmp_path / "a.md").write_text("# One")
    worker.obey({"recipe": "markdown", "path": str(tmp_path / "a.md")})
    end = threading.Timer(0.2, os.kill, (worker._process.pid, signal.SIGSEGV))
    end.start()
    with pytest.raises(DrawerDied):
        worker.obey({"recipe": "code", "path": str(tmp_path / "endless"), "name": "a.txt"})


def test_the_worker_can_write_nothing(worker, tmp_path: Path):
    (tmp_path / "a.py").write_text("x")
    worker.obey({"recipe": "code", "path": str(tmp_path / "a.py"), "name": "a.py"})
    limits = Path(f"/proc/{worker._process.pid}/limits").read_text()
    assert [line.split()[3] for line in limits.splitlines() if line.startswith("Max file size")] == ["0"]


CALLS = """
import ctypes, mmap, sys
sys.path.insert(0, sys.argv[1])
import worker
code = mmap.mmap(-1, 4096, prot=7)  # socket(AF_INET, SOCK_STREAM, 0), as programs of 32 bits call it
code.write(bytes.fromhex("53b867010000bb02000000b901000000ba00000000cd805bc3"))
libc = ctypes.CDLL(None, use_errno=True)
worker.fence(sys.argv[1])
print(libc.syscall(425, 8, ctypes.create_string_buffer(256)), ctypes.get_errno())
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))())
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="written in the language of this machine")
def test_no_other_way_of_calling_leads_around_the_fence():
    ended = subprocess.run(
        [sys.executable, "-uc", CALLS, WORKER.parent], stdout=subprocess.PIPE, text=True, check=False
    )
    ring, *socket = ended.stdout.splitlines()
    assert ring == f"-1 {errno.EPERM}"
    assert socket == [f"-{errno.EPERM}"] or (socket, ended.returncode) == (
        [],
        -signal.SIGSEGV,
    )  # no such calls at all


def test_code_is_only_spans_and_markdown_has_lower_headings(worker, tmp_path: Path):
    (tmp_path / "a.html").write_text("<script>alert(1)</script>")
    assert b"<script" not in worker.obey(
        {"recipe": "code", "path": str(tmp_path / "a.html"), "name": "a.html"}
    )
    (tmp_path / "a.md").write_text("# One\n\n<b>raw</b>\n")
    drawn = worker.obey({"recipe": "markdown", "path": str(tmp_path / "a.md")})
    assert b"<h2>One</h2>" in drawn
    assert b"<b>" not in drawn


def test_of_a_note_with_pictures_its_text_is_shown(worker, tmp_path: Path):
    note = tmp_path / "a.cozy-note"
    with tarfile.open(note, "w") as archive:
        for name, held in (("index.md", "# Été\n\nBises".encode()), ("photo.jpg", b"\xff\xd8" * 10_000)):
            entry = tarfile.TarInfo(name)
            entry.size = len(held)
            archive.addfile(entry, io.BytesIO(held))
    for length in (note.stat().st_size, 5000):
        note.write_bytes(note.read_bytes()[:length])
        drawn = worker.obey({"recipe": "markdown", "path": str(note)}).decode()
        assert "<h2>Été</h2>" in drawn
        assert "Bises" in drawn
        assert "photo" not in drawn


def bomb(side: int) -> bytes:
    """A black PNG of that many pixels on a side, of which nearly nothing is left after packing."""
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(1 + side // 8) * 1000) for _ in range(side // 1000)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize(
    "order", [("thumbnail", {"size": 64}), ("picture", {"width": 96, "height": 96, "crop": 1})]
)
def test_a_picture_that_unpacks_to_gigabytes_is_refused(worker, tmp_path: Path, order):
    recipe, options = order
    (tmp_path / "bomb").write_bytes(bomb(30_000))
    (tmp_path / "large").write_bytes(bomb(8_000))
    with pytest.raises(CannotDraw, match="too many pixels"):
        worker.obey({"recipe": recipe, "path": str(tmp_path / "bomb"), **options})
    assert worker.obey({"recipe": recipe, "path": str(tmp_path / "large"), **options})
    facts = json.loads(worker.obey({"recipe": "facts", "path": str(tmp_path / "bomb")}))
    assert (facts["width"], facts["height"]) == (30_000, 30_000)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{worker._process.pid}/status").read_text())
    assert peak
    assert int(peak[1]) < 200_000


async def test_sources_that_wait_are_kept_however_many_and_let_go_of_afterwards(drawer, monkeypatch):
    monkeypatch.setattr(previewer, "SPOOL_LIMIT", 1)
    pictures = {f"{n}": samples.picture(n / 10, 90, 60) for n in range(6)}
    drawn = await asyncio.gather(
        *(drawer.draw(sha, len(data), source(data), "thumbnail", size=32) for sha, data in pictures.items())
    )
    assert len(set(drawn)) == 6
    assert list(drawer._folder.iterdir()) == []
