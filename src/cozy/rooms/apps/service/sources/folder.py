"""A folder of this machine: `file:///home/alice/my-app/build`. Its state is told by what it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...errors import NoManifest
from ...model import MANIFESTS, Kind
from .. import archives, manifests
from ..archives import Entry
from .offer import Offer, Wanted, described, key_of_files


async def offer(wanted: Wanted) -> Offer:
    """The app in a folder."""
    parts = urlsplit(wanted.source)
    return await of_folder(
        wanted.kind, Path(unquote(parts.path if parts.netloc in {"", "localhost"} else ""))
    )


async def of_folder(kind: Kind, folder: Path, commit: str = "") -> Offer:
    """The app in a folder. commit: that it is at, where somebody knows."""
    try:
        raw = await asyncio.to_thread((folder / MANIFESTS[kind]).read_bytes)
    except OSError as error:
        raise NoManifest from error
    body = manifests.read(raw, kind)
    key = await asyncio.to_thread(lambda: key_of_files(archives.below(folder)))
    version = described(str(body.get("version", "")), commit or key[:10])
    return Offer(body=body, version=version, pack=key, bring=partial(_listed, folder))


async def _listed(folder: Path) -> Iterable[Entry]:
    return archives.below(folder)
