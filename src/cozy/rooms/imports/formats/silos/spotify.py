"""Spotify: what was heard, of a year (`StreamingHistory0.json`) or of always (`Streaming_History_Audio_….json`, `endsong_0.json`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from ...model import Document, Entry, Format, Item, Match, Tree
from ..making import Names, activity, each, loaded
from ..reading import moments
from ..reading.jsons import elements

_HISTORY = re.compile(r"^(StreamingHistory|Streaming_History|endsong)[^/]*\.json$")
_LIKED = ("tracks", "albums", "shows", "episodes", "artists")  # of YourLibrary.json
_LISTS = re.compile(r"^(Playlist\d*|YourLibrary)\.json$")


def recognise(tree: Tree) -> Match | None:
    """Its files, by the names that Spotify gives them."""
    found = tuple(
        entry.name for entry in tree.ending(".json") if _HISTORY.match(entry.base) or _LISTS.match(entry.base)
    )
    return Match(under=found) if any(_HISTORY.match(name.rpartition("/")[2]) for name in found) else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A document for each hearing, each song of a list, each thing liked."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _read(tree, entry, names))


def _read(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    if _LISTS.match(entry.base):
        yield from _listed(names, entry, loaded(tree, entry))
        return
    with tree.open(entry.name) as stream:
        for one in elements(stream):
            if isinstance(one, dict):
                yield _heard(names, entry, one)


def _heard(names: Names, entry: Entry, said: dict[str, Any]) -> Document:
    title = (
        said.get("master_metadata_track_name")
        or said.get("trackName")
        or said.get("episode_name")
        or said.get("episodeName")
        or said.get("audiobook_title")
    )
    by = (
        said.get("master_metadata_album_artist_name")
        or said.get("artistName")
        or said.get("episode_show_name")
        or said.get("podcastName")
    )
    played = said.get("ms_played", said.get("msPlayed", 0))
    return activity(
        names, entry.name, "Spotify", moments.from_iso(said.get("ts") or said.get("endTime")), str(title or ""), "listened",
        by=by, album=said.get("master_metadata_album_album_name"), chapter=said.get("audiobook_chapter_title"),
        uri=said.get("spotify_track_uri") or said.get("spotify_episode_uri") or said.get("audiobook_uri"),
        seconds=round(played / 1000) if isinstance(played, int | float) else None,
    )  # fmt: skip


def _listed(names: Names, entry: Entry, said: Any) -> Iterator[Item]:
    if not isinstance(said, dict):
        raise ValueError("no lists")
    for playlist in said.get("playlists") or ():
        for one in playlist.get("items") or ():
            track = one.get("track") or one.get("episode") or _local(one.get("localTrack") or {})
            title = track.get("trackName") or track.get("episodeName") or ""
            yield activity(
                names, entry.name, "Spotify", moments.from_iso(one.get("addedDate")), title, "listed",
                by=track.get("artistName") or track.get("showName"), album=track.get("albumName"),
                uri=track.get("trackUri") or track.get("episodeUri"), list=playlist.get("name"),
            )  # fmt: skip
    for kind in _LIKED:
        for one in said.get(kind) or ():
            title = one.get("track") or one.get("name") or one.get("album") or ""
            yield activity(
                names, entry.name, "Spotify", "", title, "liked", by=one.get("artist") or one.get("publisher") or one.get("show"),
                album=one.get("album"), uri=one.get("uri"),
            )  # fmt: skip


def _local(said: dict[str, Any]) -> dict[str, str]:
    """A file of the listener's own, known by its address alone: `spotify:local:artist:album:title:seconds`."""
    steps = [unquote_plus(step) for step in str(said.get("uri", "")).split(":")]
    is_whole = len(steps) > 4
    return {"artistName": steps[2], "albumName": steps[3], "trackName": steps[4]} if is_whole else {}


FORMAT = Format(name="spotify", title="Spotify", recognise=recognise, items=items)
