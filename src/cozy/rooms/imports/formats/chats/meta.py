"""What Facebook, Messenger and Instagram write of their people: messages, posts, and pictures with what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..reading import moments
from ..reading.jsons import text

_ATTACHED = ("photos", "videos", "audio_files", "files", "gifs", "media")
_LATEST_S = 10_000_000_000  # a larger number of seconds is one of milliseconds


@dataclass(slots=True)
class Message:
    """Something that somebody said."""

    date: str
    author: str
    text: str
    attachments: list[str] = field(default_factory=list)
    link: str = ""
    reactions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Conversation:
    """The messages of one file of a conversation, as they come (newest first), in a known thread."""

    thread: str
    title: str
    people: list[str]
    messages: list[Message]


@dataclass(slots=True)
class Medium:
    """A picture or film at a place of the archive, and what is said of it."""

    uri: str
    taken: str = ""
    text: str = ""
    lat: float | None = None
    long: float | None = None
    album: str = ""


@dataclass(slots=True)
class Post:
    """Something that somebody published."""

    date: str
    text: str
    title: str = ""
    link: str = ""
    media: list[str] = field(default_factory=list)
    place: str = ""


def is_conversation(said: Any) -> bool:
    """Whether a JSON value is a file of a conversation, of the old kind or of the encrypted one."""
    return isinstance(said, dict) and isinstance(said.get("messages"), list) and "participants" in said


def conversation(said: dict[str, Any], name: str) -> Conversation:
    """A file of a conversation, texts already mended; `name` is the folder's or the file's."""
    people = [
        str(one.get("name", "") if isinstance(one, dict) else one) for one in _list(said.get("participants"))
    ]
    title = text(said, "title") or text(said, "threadName") or ", ".join(people)
    thread = text(said, "thread_path") or name
    found = (_message(one) for one in said["messages"] if isinstance(one, dict))
    return Conversation(thread, re.sub(r"_\d+$", "", title), people, [one for one in found if one])


def _message(said: dict[str, Any]) -> Message | None:
    date = _moment(said.get("timestamp_ms") or said.get("timestamp"))
    if not date:
        return None
    attached = [
        text(one, "uri") for name in _ATTACHED for one in _list(said.get(name)) if isinstance(one, dict)
    ]
    sticker = said.get("sticker")
    if isinstance(sticker, dict):
        attached.append(text(sticker, "uri"))
    share = said["share"] if isinstance(said.get("share"), dict) else {}
    reactions = [
        f"{text(one, 'reaction')} {text(one, 'actor')}".strip()
        for one in _list(said.get("reactions"))
        if isinstance(one, dict)
    ]
    return Message(
        date=date,
        author=text(said, "sender_name") or text(said, "senderName"),
        text=text(said, "content") or text(said, "text") or text(share, "share_text"),
        attachments=[uri for uri in attached if uri],
        link=text(share, "link"),
        reactions=reactions,
    )


def media(said: Any, album: str = "") -> Iterator[Medium]:
    """Every picture and film that a JSON value tells of, wherever in it; the files that hold them differ by year."""
    if isinstance(said, list):
        for one in said:
            yield from media(one, album)
    elif isinstance(said, dict):
        if isinstance(said.get("uri"), str) and "creation_timestamp" in said:
            yield _medium(said, album)
        inner = text(said, "name") if isinstance(said.get("photos"), list) else album
        for name, one in said.items():
            if isinstance(one, (dict, list)) and name != "media_metadata":
                yield from media(one, inner)


def _medium(said: dict[str, Any], album: str) -> Medium:
    known = said["media_metadata"] if isinstance(said.get("media_metadata"), dict) else {}
    exif: dict[str, Any] = {}
    for kind in known.values():
        for one in _list(kind.get("exif_data") if isinstance(kind, dict) else None):
            exif.update(one if isinstance(one, dict) else {})
    taken = exif.get("taken_timestamp") or said.get("taken_timestamp") or said.get("creation_timestamp")
    words = text(said, "description") or text(said, "title")
    return Medium(
        said["uri"], _moment(taken), "" if words == album else words,
        lat=_number(exif.get("latitude")), long=_number(exif.get("longitude")), album=album,
    )  # fmt: skip


def posts(said: Any) -> Iterator[Post]:
    """The posts that a JSON value tells of: lists of Facebook's, of Instagram's, or objects around them."""
    if isinstance(said, dict):
        if _is_post(said):
            yield _post(said)
            return
        for one in said.values():
            if isinstance(one, list):
                yield from posts(one)
    elif isinstance(said, list):
        for one in said:
            if isinstance(one, dict):
                yield from posts(one)


def _is_post(said: dict[str, Any]) -> bool:
    is_facebook = "timestamp" in said and ("data" in said or "attachments" in said)
    return (
        is_facebook
        or ("media" in said and isinstance(said["media"], list))
        or ("uri" in said and "creation_timestamp" in said)
    )


def _post(said: dict[str, Any]) -> Post:
    texts = [text(one, "post") for one in _list(said.get("data")) if isinstance(one, dict)]
    inner = [
        one
        for attachment in _list(said.get("attachments"))
        if isinstance(attachment, dict)
        for one in _list(attachment.get("data"))
        if isinstance(one, dict)
    ]
    found = list(media(said))
    date = _moment(said.get("timestamp") or said.get("creation_timestamp")) or next(
        (one.taken for one in found), ""
    )
    is_instagram = "timestamp" not in said
    return Post(
        date=date,
        text="\n".join(filter(None, texts))
        or (text(said, "title") if is_instagram else "")
        or next((one.text for one in found if one.text), ""),
        title="" if is_instagram else text(said, "title"),
        link=next(
            (
                text(one["external_context"], "url")
                for one in inner
                if isinstance(one.get("external_context"), dict)
            ),
            "",
        ),
        media=list(dict.fromkeys(one.uri for one in found)),
        place=next((text(one["place"], "name") for one in inner if isinstance(one.get("place"), dict)), ""),
    )


def _moment(value: Any) -> str:
    number = _number(value)
    return moments.from_epoch(number, 1000 if number and number > _LATEST_S else 1) if number else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
