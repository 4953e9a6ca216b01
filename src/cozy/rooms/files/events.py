"""What happened to files."""

from __future__ import annotations

from cozy.kernel.work import Event


class PictureStored(Event, frozen=True):
    """A file holds a content that was not here before, and that there are small pictures of. source: what it is to recipes."""

    file_id: str
    sha256: str
    source: str


class SidecarStored(Event, frozen=True):
    """There is a file `.xmp` that says more of the pictures beside it: it is new, or one of them is."""

    file_id: str
    sha256: str


class GuestBrought(Event, frozen=True):
    """Whoever has a link added a file. link: the permission behind it."""

    file_id: str
    link: str


class MediaStored(Event, frozen=True):
    """A file holds a new picture or film, which may say more of itself than its name does.

    What it says of its time counts for the file's `created_at`, `updated_at`, or both.
    """

    file_id: str
    sha256: str
    sets_created_at: bool
    sets_updated_at: bool
