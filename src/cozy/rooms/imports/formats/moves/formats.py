"""GPX, TCX and FIT, alone or in the archive of Strava, with the names that its table gives them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator

from ...model import Entry, Format, Item, Match, Tree
from ..making import Names, copied, each, head, series
from ..reading import moments, tables
from . import tracks

_LARGEST = 128 * 1024 * 1024  # bytes of a track
_TITLES = ("Activity Name", "Nom de l'activité", "Name der Aktivität")  # also with a typographic apostrophe
_FILES = ("Filename", "Nom du fichier", "Dateiname")
_SPORTS = ("Activity Type", "Type d'activité", "Aktivitätsart")


def recognise(tree: Tree) -> Match | None:
    """Every track, and Strava's table of them."""
    found = [entry for entry in tree.entries if _kind(entry) and _is_track(_kind(entry), _begin(tree, entry))]
    if not found:
        return None
    table = next((entry.name for entry in tree.ending(".csv") if entry.base == "activities.csv"), None)
    return Match(
        under=(*(entry.name for entry in found), *([table] if table else [])), facts={"table": table or ""}
    )


def _kind(entry: Entry) -> str:
    name = entry.base.lower().removesuffix(".gz")
    return next((kind for kind in (".gpx", ".tcx", ".fit") if name.endswith(kind)), "")


def _begin(tree: Tree, entry: Entry) -> bytes:
    begin = head(tree, entry)
    if not entry.base.lower().endswith(".gz"):
        return begin
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(begin)).read(512)
    except (OSError, EOFError, zlib.error):
        return begin if begin.startswith(b"\x1f\x8b") else b""


def _is_track(kind: str, begin: bytes) -> bool:
    if begin.startswith(b"\x1f\x8b"):
        return True  # a head that does not hold a whole block: its name says what it is
    return (
        begin[8:12] == b".FIT" if kind == ".fit" else b"<gpx" in begin or b"<TrainingCenterDatabase" in begin
    )


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A time series for each track, and the file itself."""
    names = Names()
    said = _said(tree, str(match.facts.get("table", "")))

    def read(tree: Tree, entry: Entry) -> Iterator[Item]:
        yield copied(entry, f"Activities/{entry.base}")
        for track in _tracks(entry, _content(tree, entry)):
            row = said.get(entry.base, {})
            title = next(
                (row[name] for name in _TITLES if row.get(name)), track.title or entry.base.partition(".")[0]
            )
            sport = next((row[name] for name in _SPORTS if row.get(name)), track.sport)
            if track.points or track.times:
                yield series(
                    names, entry.name, "strava.com" if row else "track", "activity", title, _span(track, entry), [_feature(track)],
                    sport=sport, distance=round(track.distance), file=f"Activities/{entry.base}",
                )  # fmt: skip

    yield from each(tree, [entry for entry in tree.entries if _kind(entry)], read)
    for entry in tree.ending(".csv"):
        yield copied(entry, f"Activities/{entry.base}")


def _said(tree: Tree, table: str) -> dict[str, dict[str, str]]:
    """Strava's rows, by the name of the file that each is about."""
    found: dict[str, dict[str, str]] = {}
    if table:
        with tree.open(table) as stream:
            rows = list(tables.rows(stream))
        for row in rows[1:]:
            cells = dict(zip((name.replace("’", "'") for name in rows[0]), row, strict=False))
            file = next((cells[name] for name in _FILES if cells.get(name)), "")
            found[file.rpartition("/")[2]] = cells
    return found


def _content(tree: Tree, entry: Entry) -> bytes:
    raw = tree.read(entry.name, _LARGEST)
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        content = gzip.GzipFile(fileobj=io.BytesIO(raw)).read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise tracks.BadTrack(str(error)) from error
    if len(content) > _LARGEST:
        raise tracks.BadTrack("it is too large")
    return content


def _tracks(entry: Entry, content: bytes) -> Iterator[tracks.Track]:
    stream = io.BytesIO(content)
    kind = _kind(entry)
    if kind == ".fit":
        return iter([tracks.fit(stream)])
    stripped = content.lstrip()  # Strava's TCX files begin with spaces, which XML forbids
    return (tracks.gpx if kind == ".gpx" else tracks.tcx)(io.BytesIO(stripped))


def _span(track: tracks.Track, entry: Entry) -> tuple[str, str]:
    if track.times:
        return min(track.times), max(track.times)
    at = moments.from_iso(entry.modified)
    return at, at


def _feature(track: tracks.Track) -> dict[str, object]:
    shape = {"type": "LineString", "coordinates": track.points} if len(track.points) > 1 else None
    point = {"type": "Point", "coordinates": track.points[0]} if len(track.points) == 1 else None
    return {
        "type": "Feature", "geometry": shape or point,
        "properties": {"times": track.times, **({"heartRates": track.heart_rates} if track.heart_rates else {})},
    }  # fmt: skip


FORMAT = Format(name="sport.tracks", title="GPX, TCX, FIT", recognise=recognise, items=items)
