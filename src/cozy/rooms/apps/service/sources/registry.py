"""A registry of apps: `registry://drive/stable`, `registry://drive/1.2.3`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from urllib.parse import unquote, urlsplit

import msgspec

from ...errors import BadManifest, BadSource, NoManifest
from .. import archives, manifests, registries
from ..archives import Entry
from ..registries import Version
from . import tarball
from .folder import of_folder
from .offer import Offer, Wanted, key_of_archive

DEFAULT = "stable"
CHANNELS = ("stable", "beta", "dev")


async def offer(wanted: Wanted) -> Offer:
    """What the registries of the home have under a channel or a version. Raises BadSource, NoManifest, BadManifest."""
    slug, channel = _named(wanted.source)
    known = registries.of(wanted.house, wanted.home)
    version = await (known.latest(slug, channel) if channel in CHANNELS else known.version(slug, channel))
    if version is None:
        raise NoManifest(slug=slug)
    if version.folder is not None:
        return replace(await of_folder(wanted.kind, version.folder), version=version.version)
    body = manifests.read(msgspec.json.encode(version.manifest), wanted.kind)
    if not version.sha256:
        raise BadManifest("The registry does not say what the files of this app hash to.")
    prefix = version.tar_prefix
    return Offer(
        body=body, version=version.version, pack=key_of_archive(wanted.kind, version.sha256, prefix),
        bring=partial(_brought, wanted, version), checksum=version.sha256,
    )  # fmt: skip


async def _brought(wanted: Wanted, version: Version) -> Iterable[Entry]:
    archive = wanted.scratch / "archive"
    await tarball.fetch(wanted.house, version.url, archive, version.sha256)
    prefix = version.tar_prefix or (await asyncio.to_thread(archives.manifest, archive, wanted.kind))[1]
    return archives.files(archive, prefix)


def _named(source: str) -> tuple[str, str]:
    parts = urlsplit(source)
    slug, channel = parts.netloc, unquote(parts.path.strip("/")) or DEFAULT
    if not slug or "/" in channel:
        raise BadSource(parameter="Source")
    return manifests.clean_slug(slug), channel
