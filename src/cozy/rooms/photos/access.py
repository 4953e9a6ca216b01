"""Fetch and check: the only way to a photo or an album."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.caller import Verb
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.files.model import FILES
from cozy.rooms.permissions import service as permissions

from . import store
from .errors import NoAlbum, NoPhoto
from .model import ALBUMS, Photo, photo_of


def every(work: Work) -> None:
    """Leave to see every photo of the home. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", FILES, None, None)


def photo(work: Work, id_: str) -> Photo:
    """A photo that is not in the bin. Raises NoPhoto, NobodyIn, NotAllowed."""
    every(work)
    found = store.by_ids(work, [id_]).get(id_)
    if found is None:
        raise NoPhoto(id=id_)
    return photo_of(found)


def photos(work: Work, ids: Sequence[str]) -> list[Photo]:
    """Those of these that are photos and not in the bin, in the order asked. Raises NobodyIn, NotAllowed."""
    every(work)
    known = store.by_ids(work, ids)
    return [photo_of(known[id_]) for id_ in ids if id_ in known]


def albums(work: Work) -> list[Document]:
    """Every album, newest first. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", ALBUMS, None, None)
    return store.albums(work)


def album(work: Work, id_: str, verb: Verb) -> Document:
    """An album that the caller may use so. Raises NoAlbum, NobodyIn, NotAllowed."""
    found = documents.fetch_many(work, ALBUMS, [id_]).get(id_)
    if found is None:
        raise NoAlbum(id=id_)
    permissions.guard(work, verb, ALBUMS, {id_}, found.body)
    return found
