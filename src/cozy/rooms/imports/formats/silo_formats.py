"""The formats of silos, in the order in which they are asked: who knows by content before who knows by name."""

from __future__ import annotations

from ..model import Format
from .banks import formats as banks
from .chats import posts, talks
from .clouds import icloud, immich, nextcloud
from .moves import formats as moves
from .notebooks import formats as notebooks
from .silos import linkedin, netflix, spotify, twitter
from .takeout import contacts, drive, history, location, mail, notes, photos, tasks, videos

SILOS: tuple[Format, ...] = (
    nextcloud.EXPORT,
    nextcloud.DATA,
    immich.FORMAT,
    photos.FORMAT,
    drive.FORMAT,
    notes.FORMAT,
    mail.FORMAT,
    contacts.FORMAT,
    videos.FORMAT,
    tasks.FORMAT,
    location.FORMAT,
    history.FORMAT,
    icloud.PHOTOS,
    icloud.REST,
    *talks.FORMATS,
    posts.FORMAT,
    twitter.FORMAT,
    linkedin.FORMAT,
    spotify.FORMAT,
    netflix.FORMAT,
    *notebooks.FORMATS,
    moves.FORMAT,
    *banks.FORMATS,
)
