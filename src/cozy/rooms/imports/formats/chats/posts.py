"""Facebook's and Instagram's posts and pictures, with the dates and places that their JSON has and the files have not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Entry, Format, Item, Match, NotUnderstood, Photo, Tree
from .. import reasons
from ..making import Names, activity, each, loaded
from ..reading.texts import mended
from . import meta
from .talks import _Places

_KNOWN = re.compile(
    r"(^|/)(your_posts[^/]*|posts?_\d+|stories|reels|profile_photos|archived_posts|igtv_videos|uncategorized_photos|your_uncategorized_photos"
    r"|your_videos|album/\d+|albums?/\d+|recently_deleted_content|other_content|your_photos)\.json$"
)
_MARKS = (
    "posts/",
    "photos_and_videos/",
    "media/",
    "content/",
    "your_instagram_activity/",
    "your_facebook_activity/",
)
_TOPS = re.compile(
    r"^(.*?)(your_activity_across_facebook/|your_facebook_activity/|your_instagram_activity/|posts/|photos_and_videos/|content/|media/)"
)


def recognise(tree: Tree) -> Match | None:
    """The archive that holds posts or pictures of Meta, from the folder on that all its paths begin at."""
    for entry in tree.ending(".json"):
        top = _TOPS.match(entry.name)
        if top and _KNOWN.search(entry.name) and next(meta.posts(mended(loaded(tree, entry))), None):
            return Match(under=(top[1],) if top[1] else ("",))
    return None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A document for each post, each picture with what is said of it; what tells of neither is kept as it is."""
    names = Names()
    at = _Places([entry for entry in tree.entries if entry.extension != ".json"])
    service = (
        "Instagram"
        if any("instagram" in entry.name.lower() for entry in tree.entries[:200])
        or "instagram" in tree.title.lower()
        else "Facebook"
    )

    def read(tree: Tree, entry: Entry) -> Iterator[Item]:
        said = mended(loaded(tree, entry))
        posts = list(meta.posts(said)) if _KNOWN.search(entry.name) else []
        for post in posts:
            if post.text or post.media or post.link:
                yield activity(
                    names, entry.name, service, post.date, post.text or post.title, "published", url=post.link,
                    place=post.place, media=[f"{service}/{uri.rpartition('/')[2]}" for uri in post.media],
                )  # fmt: skip
        media = list(meta.media(said))
        for one in media:
            found = at.take(one.uri)
            if found:
                yield _photo(found, service, one)
        if not posts and not media:
            yield NotUnderstood(name=entry.name, why=reasons.NO_PLACE)

    yield from each(tree, list(tree.ending(".json")), read)
    for entry in at.left():
        if entry.extension in {".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".mp4", ".mov"}:
            yield _photo(entry, service, meta.Medium(entry.name))
        else:
            yield NotUnderstood(name=entry.name, why=reasons.NO_PLACE)


def _photo(entry: Entry, service: str, said: meta.Medium) -> Photo:
    gps = {"lat": said.lat, "long": said.long} if said.lat is not None and said.long is not None else None
    metadata = {"datetime": said.taken, "description": said.text, "gps": gps}
    return Photo(
        source=f"media/{entry.folder.rpartition('/')[2]}/{entry.base}",
        name=entry.name,
        path=f"{service}/{entry.base}",
        content=entry.name,
        modified=said.taken or entry.modified,
        created=said.taken,
        albums=(said.album,) if said.album else (),
        metadata={name: value for name, value in metadata.items() if value},
    )


FORMAT = Format(name="meta.posts", title="Facebook and Instagram", recognise=recognise, items=items)
