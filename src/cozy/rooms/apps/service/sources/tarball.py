"""An archive on the web: `https://example.org/app.tar.gz#<sha256>`."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from urllib.parse import urldefrag

from cozy.kernel.house import House

from ...errors import BadChecksum, NoManifest, NoSource
from ...model import Kind
from .. import archives, manifests
from ..archives import Entry
from .offer import Offer, Wanted, described, key_of_archive

TIMEOUT_S = 300.0


async def offer(wanted: Wanted) -> Offer:
    """The archive at an address, which has to be fetched before anything is known of it."""
    url, fragment = urldefrag(wanted.source)
    archive = wanted.scratch / "archive"
    sha256 = await fetch(wanted.house, url, archive, fragment.lower())
    return await of_archive(wanted.kind, archive, sha256)


async def of_archive(kind: Kind, archive: Path, sha256: str) -> Offer:
    """What an archive holds, once it is here."""
    raw, prefix, commit = await asyncio.to_thread(archives.manifest, archive, kind)
    body = manifests.read(raw, kind)
    version = str(body.get("version", ""))
    return Offer(
        body=body,
        version=described(version, commit) if commit else version or sha256[:10],
        pack=key_of_archive(kind, sha256, prefix),
        bring=partial(_unpacked, archive, prefix),
        checksum=sha256,
    )


async def fetch(house: House, url: str, to: Path, expected: str = "") -> str:
    """Bring an archive here and tell its SHA-256. expected: what it must be, "" where nobody said.

    Raises NoManifest, NoSource, BadChecksum, and what outside raises.
    """
    digest = hashlib.sha256()
    async with house.outside.stream("GET", url, limit=archives.ARCHIVE_LIMIT, timeout_s=TIMEOUT_S) as answer:
        if answer.status != 200:
            raise (
                NoManifest(status=answer.status)
                if answer.status in {404, 410}
                else NoSource(status=answer.status)
            )
        with to.open("wb") as out:
            async for chunk in answer.chunks:
                digest.update(chunk)
                out.write(chunk)
    if expected and digest.hexdigest() != expected:
        raise BadChecksum(expected=expected[:64], found=digest.hexdigest())
    return digest.hexdigest()


async def _unpacked(archive: Path, prefix: str) -> Iterable[Entry]:
    return archives.files(archive, prefix)
