"""Albums: documents io.cozy.photos.albums, whose photos are the files that refer to them (cozy-doctypes, io.cozy.photos.md).

Ours beside the documented members: `cover_id`, the photo that stands for it, and `order`; `arranged`, the ids in the owner's
own order. Apps that do not know them show the same photos by date, as they always did.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_args

from cozy.kernel.clock import iso
from cozy.kernel.text import sort_key
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.files import service as files
from cozy.rooms.permissions import service as permissions

from .. import access, store
from ..errors import BadAlbumName
from ..model import ALBUMS, Album, Order, photo_of

NAME_LIMIT = 200  # characters
_PAGE = 1000
_TRIED = 20  # photos that are looked at to find one that can stand for the album


def all_(work: Work) -> list[Album]:
    """Every album, newest first. Raises NobodyIn, NotAllowed."""
    access.every(work)
    return [_album(work, document) for document in access.albums(work)]


def one(work: Work, id_: str) -> Album:
    """An album. Raises NoAlbum, NobodyIn, NotAllowed."""
    return _album(work, access.album(work, id_, "GET"))


def of(work: Work, photo_id: str) -> list[Album]:
    """The albums that a photo is in. Raises NoFile, NobodyIn, NotAllowed."""
    linked = files.links_of(files.fetch(work, photo_id), "referenced_by")
    ids = [link.id for link in linked if link.doctype == ALBUMS]
    known = documents.fetch_many(work, ALBUMS, ids)
    return [_album(work, known[id_]) for id_ in ids if id_ in known]


def _album(work: Work, document: Document) -> Album:
    body = document.body
    ids = [str(body.get("cover_id", ""))]
    linked = files.linked(work, "referenced_by", _target(document.id), order="datetime", limit=_TRIED)
    known = store.by_ids(work, [*ids, *linked.ids])
    covers = [known[id_] for id_ in [*ids, *linked.ids] if id_ in known]
    mine = [
        file for file in covers if files.Target(ALBUMS, document.id) in files.links_of(file, "referenced_by")
    ]
    name = body.get("name")
    return Album(
        document.id, document.rev, name if isinstance(name, str) else "", str(body.get("created_at", "")),
        _order(body), linked.count, photo_of(mine[0]) if mine else None,
    )  # fmt: skip


def _target(id_: str) -> files.Target:
    return files.Target(ALBUMS, id_)


def _order(body: Mapping[str, Any]) -> Order:
    said: Order = body.get("order", "oldest")
    return said if said in get_args(Order) else "oldest"


def ids_in(work: Work, id_: str) -> list[str]:
    """The ids of an album's photos in its order. Raises NoAlbum, NobodyIn, NotAllowed."""
    document = access.album(work, id_, "GET")
    ids = store.ordered(work, _linked(work, id_))
    order = _order(document.body)
    if order == "oldest":
        return ids[::-1]
    if order == "name":
        known = {photo.id: photo.name for photo in access.photos(work, ids)}
        return sorted(ids, key=lambda each: (sort_key(known.get(each, "")), each))
    if order == "mine":
        place = {each: n for n, each in enumerate(_arranged(document.body))}
        oldest_first = ids[::-1]
        return sorted(oldest_first, key=lambda each: place.get(each, len(place)))
    return ids


def _linked(work: Work, id_: str) -> list[str]:
    ids: list[str] = []
    after = None
    while True:
        page = files.linked(work, "referenced_by", _target(id_), after=after, limit=_PAGE)
        ids += page.ids
        after = page.last
        if after is None:
            return ids


def _arranged(body: Mapping[str, Any]) -> list[str]:
    said = body.get("arranged", [])
    return [each for each in said if isinstance(each, str)] if isinstance(said, list) else []


def create(work: Work, name: str, photo_ids: Sequence[str] = ()) -> Album:
    """A new album, with these photos in it. Raises BadAlbumName, NobodyIn, NotAllowed."""
    now = iso(work.now)
    stamp = {
        "doctypeVersion": "1",
        "metadataVersion": 1,
        "createdAt": now,
        "createdByApp": "photos",
        "updatedAt": now,
    }
    body = {"name": _clean(name), "created_at": now, "cozyMetadata": stamp}
    permissions.guard(work, "POST", ALBUMS, set(), body)
    made = documents.create(work, ALBUMS, body)
    put_in(work, made.id, photo_ids)
    return one(work, made.id)


def _clean(name: str) -> str:
    clean = " ".join(name.split())[:NAME_LIMIT]
    if not clean:
        raise BadAlbumName
    return clean


def rename(work: Work, id_: str, name: str) -> Album:
    """Give an album another name. Raises NoAlbum, BadAlbumName, NobodyIn, NotAllowed."""
    return _change(work, id_, name=_clean(name))


def sort(work: Work, id_: str, order: Order) -> Album:
    """Show its photos in another order. Raises NoAlbum, NobodyIn, NotAllowed."""
    arranged = {"arranged": ids_in(work, id_)} if order == "mine" else {}
    return _change(work, id_, order=order, **arranged)


def move(work: Work, id_: str, photo_ids: Sequence[str], before: str = "") -> Album:
    """Put these photos before another one, "" for the end, in the owner's own order. Raises NoAlbum, NobodyIn, NotAllowed."""
    ids, chosen = ids_in(work, id_), set(photo_ids)
    rest = [each for each in ids if each not in chosen]
    return _put(work, id_, ids, chosen, rest.index(before) if before in rest else len(rest))


def step(work: Work, id_: str, photo_ids: Sequence[str], by: int) -> Album:
    """Move these photos by so many places, less than 0 for earlier ones, in the owner's own order.

    Raises NoAlbum, NobodyIn, NotAllowed.
    """
    ids, chosen = ids_in(work, id_), set(photo_ids)
    places = [n for n, each in enumerate(ids) if each in chosen]
    if not places:
        return one(work, id_)
    edge = places[0] if by < 0 else places[-1]
    return _put(work, id_, ids, chosen, sum(each not in chosen for each in ids[:edge]) + by)


def _put(work: Work, id_: str, ids: Sequence[str], chosen: Collection[str], at: int) -> Album:
    """Let the chosen ones stand together, with so many of the others before them."""
    moved = [each for each in ids if each in chosen]
    rest = [each for each in ids if each not in chosen]
    at = min(max(at, 0), len(rest))
    return _change(work, id_, order="mine", arranged=[*rest[:at], *moved, *rest[at:]])


def choose_cover(work: Work, id_: str, photo_id: str) -> Album:
    """Let one of its photos stand for it. Raises NoAlbum, NoPhoto, NobodyIn, NotAllowed."""
    return _change(work, id_, cover_id=access.photo(work, photo_id).id)


def _change(work: Work, id_: str, **members: Any) -> Album:
    current = access.album(work, id_, "PUT")
    stamp = {**current.body.get("cozyMetadata", {}), "updatedAt": iso(work.now)}
    documents.update(work, current, {**current.body, **members, "cozyMetadata": stamp})
    return one(work, id_)


def put_in(work: Work, id_: str, photo_ids: Sequence[str]) -> int:
    """Put photos into an album; how many there are now that were not. Raises NoAlbum, NobodyIn, NotAllowed."""
    access.album(work, id_, "GET")
    known = set(_linked(work, id_))
    new = [photo.id for photo in access.photos(work, list(dict.fromkeys(photo_ids))) if photo.id not in known]
    files.refer_all(work, _target(id_), new)
    return len(new)


def take_out(work: Work, id_: str, photo_ids: Sequence[str]) -> list[str]:
    """Take photos out of an album; they stay where they are. The ids of those that were in it.

    Raises NoAlbum, NobodyIn, NotAllowed.
    """
    access.album(work, id_, "GET")
    known = set(_linked(work, id_))
    gone = [each for each in dict.fromkeys(photo_ids) if each in known]
    files.unrefer_all(work, _target(id_), gone)
    return gone


def delete(work: Work, id_: str) -> Album:
    """Forget an album; its photos stay. What it was. Raises NoAlbum, NobodyIn, NotAllowed."""
    album = one(work, id_)
    document = access.album(work, id_, "DELETE")
    files.unrefer_all(work, _target(id_), _linked(work, id_))
    documents.delete(work, document)
    return album
