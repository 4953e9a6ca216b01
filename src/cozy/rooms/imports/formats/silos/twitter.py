"""Twitter/X: what somebody wrote, liked and was sent, with the pictures that were in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...model import Entry, Format, Item, Match, Photo, Tree
from ..making import Names, activity, copied, each, message
from ..reading import moments
from ..reading.jsons import inner, objects, text
from .scripts import entries

_SCRIPT = re.compile(
    r"^(?:.*/)?data/(tweets?|like|direct-messages|direct-messages-group|note-tweet|deleted-tweets)(?:-part\d+)?\.js$"
)
_MEDIA = re.compile(
    r"^(?:.*/)?data/(tweets?_media|direct_messages(?:_group)?_media|deleted_tweets_media|community_tweet_media)/"
)
_DATE = re.compile(r"^\w{3} (\w{3}) (\d{2}) ([\d:]{8}) \+0000 (\d{4})$")


def recognise(tree: Tree) -> Match | None:
    """The scripts that are read, and the media; what else the archive holds is kept as it is."""
    found = [entry.name for entry in tree.ending(".js") if _SCRIPT.match(entry.name)]
    media = (
        sorted({match[0] for entry in tree.entries if (match := _MEDIA.match(entry.name))}) if found else []
    )
    return Match(under=(*found, *media)) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A document for each tweet, like and message; the media of tweets are photos with the day of their tweet."""
    names = Names()
    media: dict[str, list[Entry]] = {}
    for entry in tree.entries:
        if _MEDIA.match(entry.name):
            media.setdefault(entry.base.partition("-")[0], []).append(entry)
    days: dict[str, tuple[str, str]] = {}

    def read(tree: Tree, entry: Entry) -> Iterator[Item]:
        kind = _SCRIPT.match(entry.name)
        with tree.open(entry.name) as stream:
            for one in entries(stream):
                yield from _items(names, entry, kind[1] if kind else "", one, media, days)

    yield from each(tree, list(tree.ending(".js")), read)
    for id_, found in media.items():
        for entry in found:
            date, body = days.get(id_, ("", ""))
            if "direct_messages" in entry.name:
                yield copied(entry, f"Twitter/Messages/{entry.base}")
            else:
                metadata = {
                    name: value for name, value in (("datetime", date), ("description", body)) if value
                }
                yield Photo(
                    source=f"media/{entry.base}", name=entry.name, path=f"Twitter/{entry.base}", content=entry.name,
                    modified=date or entry.modified, created=date, metadata=metadata,
                )  # fmt: skip


def _items(
    names: Names, entry: Entry, kind: str, said: Mapping[str, Any], media: Mapping[str, list[Entry]], days: dict[str, tuple[str, str]],
) -> Iterator[Item]:  # fmt: skip
    if kind == "like":
        yield activity(
            names,
            entry.name,
            "Twitter",
            "",
            _text(said.get("fullText")),
            "liked",
            url=said.get("expandedUrl"),
        )
    elif kind.startswith("direct-messages"):
        yield from _talk(names, entry, said, media)
    elif kind == "note-tweet":
        core = inner(said, "core")
        yield activity(
            names,
            entry.name,
            "Twitter",
            moments.from_iso(said.get("createdAt")),
            _text(core.get("text")),
            "published",
        )
    else:
        id_ = str(said.get("id_str") or said.get("id") or "")
        body, date = _with_links(said), _date(said.get("created_at"))
        days[id_] = (date, body)
        yield activity(
            names, entry.name, "Twitter", date, body, "deleted" if kind == "deleted-tweets" else "published",
            url=f"https://twitter.com/i/web/status/{id_}" if id_ else "", answers=said.get("in_reply_to_screen_name"),
            likes=_count(said.get("favorite_count")), media=[f"Twitter/{one.base}" for one in media.get(id_, [])],
        )  # fmt: skip


def _talk(
    names: Names, entry: Entry, said: Mapping[str, Any], media: Mapping[str, list[Entry]]
) -> Iterator[Item]:
    conversation = str(said.get("conversationId", ""))
    for one in said.get("messages") or ():
        found = one.get("messageCreate") if isinstance(one, dict) else None
        if isinstance(found, dict):
            attached = [f"Twitter/Messages/{file.base}" for file in media.get(str(found.get("id")), [])]
            yield message(
                names, entry.name, "Twitter", conversation, moments.from_iso(found.get("createdAt")), str(found.get("senderId", "")),
                _text(found.get("text")), attached,
            )  # fmt: skip


def _with_links(said: Mapping[str, Any]) -> str:
    """The text with addresses as they are, rather than shortened by the service."""
    full = _text(said.get("full_text") or said.get("text"))
    for one in objects(inner(said, "entities"), "urls"):
        if text(one, "url") and text(one, "expanded_url"):
            full = full.replace(one["url"], one["expanded_url"])
    return full


def _date(value: Any) -> str:
    found = _DATE.match(value) if isinstance(value, str) else None
    return (
        moments.from_words(f"{found[1]} {found[2]} {found[4]} {found[3]} UTC")
        if found
        else moments.from_iso(value)
    )


def _text(value: Any) -> str:
    return html.unescape(value) if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and value.isdigit() and value != "0" else None


FORMAT = Format(name="twitter", title="Twitter/X", recognise=recognise, items=items)
