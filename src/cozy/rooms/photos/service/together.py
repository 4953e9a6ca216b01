"""Photos that belong together: those of a burst, and the still and the film of a live photo. One of them stands for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from .. import access, store
from ..model import Photo, photo_of

_APART = timedelta(minutes=2)  # of photos that may be of one burst
_MOST = 200


class Group(Struct, frozen=True):
    """Photos that belong together. shown: the one that stands for them; film: of a live photo, where it is among them."""

    name: str
    shown: Photo
    photos: list[Photo]
    film: Photo | None = None

    @property
    def number(self) -> int:
        """How many stills it holds."""
        return sum(not photo.is_film for photo in self.photos)


def grouped(photos: Sequence[Photo]) -> dict[str, Group]:
    """The group of each of these photos that belongs to one, by its id. photos: of one list, of which a group is no larger."""
    named: dict[str, list[Photo]] = {}
    for photo in photos:
        if name := _name(photo):
            named.setdefault(name, []).append(photo)
    groups = {name: _group(name, some) for name, some in named.items() if len(some) > 1}
    return {photo.id: group for group in groups.values() if group for photo in group.photos}


def _name(photo: Photo) -> str:
    for kind in ("burst", "live"):
        said = photo.more.get(kind)
        if isinstance(said, str) and said:
            return f"{kind}:{said}"
    return ""


def _group(name: str, photos: list[Photo]) -> Group | None:
    """A favourite stands for all, else the first that was taken. Films alone are no live photo."""
    stills = [photo for photo in photos if not photo.is_film]
    if not stills:
        return None
    shown = next((photo for photo in stills if photo.is_favourite), stills[-1])
    return Group(name, shown, photos, next((photo for photo in photos if photo.is_film), None))


def of(work: Work, photo: Photo) -> Group | None:
    """The group that a photo belongs to. Raises NobodyIn, NotAllowed."""
    access.every(work)
    if not _name(photo):
        return None
    low, high = iso(photo.at - _APART), iso(photo.at + _APART)
    near = [photo_of(file) for file in store.between(work, low, high, skip=0, limit=_MOST)]
    return grouped(near).get(photo.id)
