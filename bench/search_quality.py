"""How much of what people look for is found: 200 questions over the documentation that Debian installs. script/search-quality."""

import argparse
import asyncio
import gzip
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from cozy.app.house import home_of, opened
from cozy.backends.disk import inline_content
from cozy.backends.previewer import texts
from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from cozy.rooms.homes.model import Profile
from cozy.rooms.search import service, store
from cozy.rooms.search.model import Entry
from cozy.rooms.search.model.asking import read
from cozy.rooms.search.service import reading

OWNER = Caller("owner", EVERYTHING)
QUERIES = Path(__file__).parent / "search_queries.tsv"
FIRST = 10
LARGEST = 2_000_000  # bytes of a document
AT_ONCE = 50
_ROFF = re.compile(r"^\.\\\".*$|^\.[A-Za-z]{1,3}\b|\\f[A-Z]|\\[&/,]|\\\(..", re.MULTILINE)
_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", ":": "\u0308", ",": "\u0327"}
_ACCENT = re.compile(r"\\\((['`^:,])([A-Za-z])")
Question = tuple[str, list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when enough was found."""
    parser = argparse.ArgumentParser(
        prog="search-quality", description="Ask 200 questions of Debian's documentation."
    )
    parser.add_argument("--documents", type=Path, default=Path("/usr/share/doc"), metavar="FOLDER")
    parser.add_argument(
        "--manuals", type=Path, default=Path("/usr/share/man/fr"), metavar="FOLDER", help="pages in French"
    )
    parser.add_argument(
        "--postgres", default="", metavar="ADDRESS", help="on PostgreSQL, in an empty database"
    )
    parser.add_argument("--least", type=float, default=0.8, help="recall at 10 that is enough (default: 0.8)")
    parser.add_argument(
        "--missed", action="store_true", help="print what was not found, and what was instead"
    )
    options = parser.parse_args(arguments)
    return asyncio.run(_ask_all(options))


def questions() -> list[Question]:
    """What is looked for, and where it is answered."""
    lines = [line.split("\t") for line in QUERIES.read_text().splitlines() if not line.startswith("#")]
    return [(said, places.split()) for said, places in lines]


async def _ask_all(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="search-quality-") as folder:
        async with opened(Settings(data=folder, postgres=options.postgres)) as house:
            domain = "quality.localhost"
            profile = Profile(public_name="Zoé", email="zoe@example.org")
            listing = await auth.open_home(house, domain, profile, origin_of(house.settings, domain))
            home = home_of(house.settings, listing)
            paths = await _fill(house, home, options.documents, options.manuals)
            return await _report(house, home, paths, options)


async def _fill(house: House, home: Home, documents: Path, manuals: Path) -> list[str]:
    """Every document into the home, with its text; their paths."""
    paths: list[str] = []
    waiting: list[tuple[str, Path]] = []
    for path, file in _listed(documents, manuals):
        waiting.append((path, file))
        paths.append(path)
        if len(waiting) == AT_ONCE:
            await house.write(home, OWNER, _keep, waiting)
            waiting = []
    await house.write(home, OWNER, _keep, waiting)
    return paths


def _listed(documents: Path, manuals: Path) -> Iterator[tuple[str, Path]]:
    for top, before in ((documents, ""), (manuals, "fr/")):
        for file in sorted(top.rglob("*")):
            if file.is_file() and not file.is_symlink() and file.stat().st_size < LARGEST:
                place = file.name if before else str(file.relative_to(top))
                yield before + place.removesuffix(".gz"), file


def _keep(work: Work, some: list[tuple[str, Path]]) -> None:
    for path, file in some:
        raw = file.read_bytes()
        data = gzip.decompress(raw) if file.suffix == ".gz" else raw
        folder = files.create_path(work, f"/{Path(path).parent}")
        kept = files.create_file(work, folder.id, Path(path).name, inline_content(data), "")
        while service.following.advance(work):
            pass
        entry = store.entry_of(work, "io.cozy.files", kept.id)
        assert entry is not None
        recipe = "text_plain" if path.startswith("fr/") else _recipe(path)
        if recipe:
            store.await_text(work, kept.sha256, recipe, 0)
            store.save(work, _with_content(entry.entry, kept.sha256))
            reading.keep(work, kept.sha256, _text(recipe, data, is_manual=path.startswith("fr/")))


def _with_content(entry: Entry, sha256: str) -> Entry:
    return replace(entry, sha256=sha256)


def _recipe(path: str) -> str:
    endings = {".html": "text_html", ".pdf": "text_pdf"}
    suffix = Path(path).suffix
    return (
        "" if suffix in {".png", ".gif", ".jpg", ".svg", ".css", ".js"} else endings.get(suffix, "text_plain")
    )


def _text(recipe: str, data: bytes, *, is_manual: bool) -> str:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        text = texts.RECIPES[recipe](file.name).decode()
    return _of_manual(text) if is_manual else text


def _of_manual(source: str) -> str:
    r"""A manual page without what sets its type; its accents are spelled out there, `\('e`."""
    read = _ACCENT.sub(lambda match: unicodedata.normalize("NFC", match[2] + _ACCENTS[match[1]]), source)
    return _ROFF.sub("", read.replace("\\(oe", "œ").replace("\\*(Aq", "'").replace("\\-", "-"))


async def _report(house: House, home: Home, paths: list[str], options: argparse.Namespace) -> int:
    asked = [
        (said, [place for place in places if any(path.startswith(place) for path in paths)])
        for said, places in questions()
    ]
    answerable = [(said, places) for said, places in asked if places]
    ranks: list[int] = []
    for said, places in answerable:
        found = await house.read(home, SYSTEM, _found, said)
        rank = next(
            (n for n, path in enumerate(found, 1) if any(path.startswith(place) for place in places)), 0
        )
        ranks.append(rank)
        if options.missed and not rank:
            print(f"missed: {said!r}\n    {' '.join(found)}")
    recall = sum(rank > 0 for rank in ranks) / len(ranks)
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    print(
        f"{len(paths):,} documents, {len(answerable)} questions of {len(asked)} that these documents answer"
    )
    print(
        f"recall@{FIRST} {recall:.3f}, first {first:.3f}, mean reciprocal rank {sum(1 / r for r in ranks if r) / len(ranks):.3f}"
    )
    return 0 if recall >= options.least else 1


def _found(work: Work, said: str) -> list[str]:
    entries = service.found_by(work, read(said), FIRST)
    return [files.full_path(work, files.fetch(work, each.id)).lstrip("/") for each in entries]


if __name__ == "__main__":
    raise SystemExit(main())
