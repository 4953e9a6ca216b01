"""What can go wrong with photos."""

from __future__ import annotations

from cozy.kernel.problem import Invalid, NotFound


class NoPhoto(NotFound):
    """This photo is not here, or no longer."""


class NoAlbum(NotFound):
    """This album is not here, or no longer."""


class BadAlbumName(Invalid):
    """Give the album a name."""
