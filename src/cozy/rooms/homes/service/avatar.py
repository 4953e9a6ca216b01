"""The picture of the owner: drawn anew from what they sent, so that it is nothing but a picture."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .. import store
from ..errors import BadAvatar
from ..model import SETTINGS

LIMIT = 20_000_000  # bytes of what is sent; cozy-stack's
SIZE = 512  # pixels
MEDIA_TYPE = "image/webp"

picture = store.avatar


async def drawn(house: House, home: Home, sent: bytes) -> bytes:
    """A small picture of what was sent. Raises BadAvatar."""

    async def read() -> AsyncIterator[bytes]:
        yield sent

    previews: Previews = house.ports[Previews][0]
    try:
        return await previews.draw(hashlib.sha256(sent).hexdigest(), len(sent), read, "thumbnail", size=SIZE)
    except CannotDraw as error:
        raise BadAvatar from error


def keep(work: Work, picture: bytes) -> None:
    """Make this the picture of the owner."""
    store.keep_avatar(work, picture)


def remove(work: Work) -> None:
    """Forget it."""
    store.drop_avatar(work)


def ask(work: Work) -> None:
    """Let the caller change the picture. Raises NobodyIn, NotAllowed."""
    documents.ask(work, "PUT", SETTINGS, None, None)
