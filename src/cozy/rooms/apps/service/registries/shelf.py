"""A folder of apps on this machine, told about as a registry tells: each folder in it that has a manifest is an app."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

from cozy.kernel.clock import iso
from cozy.kernel.problem import Problem

from ...model import MANIFESTS, Kind
from .. import manifests
from .model import CHANNELS, Json, Picture

log = structlog.get_logger()
_TYPES: Mapping[Kind, str] = {"app": "webapp", "konnector": "konnector"}
_PICTURES = {".gif": "image/gif", ".ico": "image/x-icon", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml", ".webp": "image/webp"}  # fmt: skip
_PICTURE_LIMIT = 8 * 1024 * 1024  # bytes


class OnThisMachine:
    """The apps of a folder. origin: where clients find pictures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def apps(self, query: Mapping[str, str]) -> list[Json]:
        """Everything in the folder."""
        found = await asyncio.to_thread(self._listed)
        wanted = {name[7:-1]: value for name, value in query.items() if name.startswith("filter[")}
        return [app for app in found if all(app.get(name) == value for name, value in wanted.items())]

    async def app(self, slug: str) -> Json | None:
        """One app."""
        release = self._release(slug)
        return _app(release) if release else None

    async def version(self, slug: str, version: str) -> Json | None:
        """The one release that is here."""
        release = self._release(slug)
        return release if release and release["version"] == version else None

    async def latest(self, slug: str, channel: str) -> Json | None:
        """The same, whatever the channel."""
        return self._release(slug)

    async def picture(self, slug: str, version: str, name: str) -> Picture | None:
        """A picture that the manifest names."""
        release, folder = self._release(slug), self.folder_of(slug)
        if release is None or folder is None or (version and version != release["version"]):
            return None
        path = _named(release["manifest"], name)
        media_type = _PICTURES.get(Path(path).suffix.lower(), "")
        return await asyncio.to_thread(_read, folder, path, media_type) if media_type else None

    async def maintenance(self) -> list[Json]:
        """Nothing here is ever out of order."""
        return []

    def folder_of(self, slug: str) -> Path | None:
        """Where an app is: in the folder of its name, else in one whose manifest says so."""
        return self._folders().get(slug)

    def _listed(self) -> list[Json]:
        return [_app(release) for slug in sorted(self._folders()) if (release := self._release(slug))]

    def _folders(self) -> dict[str, Path]:
        try:
            entries = sorted(entry for entry in self._folder.iterdir() if entry.is_dir())
        except OSError as error:
            log.warning("folder of apps cannot be read", error=str(error))
            return {}
        found: dict[str, Path] = {}
        for entry in entries:
            if (known := _manifest_in(entry)) and (slug := _slug(entry, known[1])):
                found.setdefault(slug, entry)
        return found

    def _release(self, slug: str) -> dict[str, Any] | None:
        folder = self.folder_of(slug)
        known = _manifest_in(folder) if folder else None
        if known is None:
            return None
        kind, body, changed_at = known
        return {
            "slug": slug, "type": _TYPES[kind], "version": str(body.get("version") or "0.0.0"), "url": "", "sha256": "",
            "size": "0", "created_at": changed_at, "tar_prefix": "", "manifest": {**body, "slug": slug},
        }  # fmt: skip


def _app(release: Mapping[str, Any]) -> dict[str, Any]:
    manifest = release["manifest"]
    return {
        "slug": release["slug"], "type": release["type"], "editor": manifest.get("editor", ""),
        "created_at": release["created_at"], "versions": {channel: [release["version"]] for channel in CHANNELS},
        "latest_version": release, "maintenance_activated": False, "label": 5, "data_usage_commitment": "",
        "data_usage_commitment_by": "",
    }  # fmt: skip


def _manifest_in(folder: Path) -> tuple[Kind, dict[str, Any], str] | None:
    """What the manifest of a folder says; None when there is none that can be used."""
    for kind, name in MANIFESTS.items():
        path = folder / name
        try:
            state = path.stat()
            return (
                kind,
                _read_manifest(path, kind, state.st_mtime_ns),
                iso(datetime.fromtimestamp(state.st_mtime, UTC)),
            )
        except OSError:
            continue
        except Problem as error:
            log.warning("app of a folder cannot be offered", folder=folder.name, error=error.detail)
    return None


@lru_cache(maxsize=512)
def _read_manifest(path: Path, kind: Kind, _changed_ns: int) -> dict[str, Any]:
    with path.open("rb") as opened:
        return manifests.read(opened.read(manifests.SIZE_LIMIT + 1), kind)


def _slug(folder: Path, body: Mapping[str, Any]) -> str:
    for name in (body.get("slug"), folder.name):
        try:
            return manifests.clean_slug(str(name or ""))
        except Problem:
            continue
    return ""


def _named(manifest: Mapping[str, Any], name: str) -> str:
    """The path of a picture, when the manifest names it."""
    if name in {"icon", "partnership_icon"}:
        holder = manifest if name == "icon" else manifest.get("partnership", {})
        return str(holder.get("icon", "")) if isinstance(holder, Mapping) else ""
    shots = [str(shot) for shot in manifest.get("screenshots", ())]
    wanted = name.removeprefix("screenshots/")
    return next((shot for shot in shots if shot == wanted or shot.rpartition("/")[2] == wanted), "")


def _read(folder: Path, path: str, media_type: str) -> Picture | None:
    try:
        found = (folder / manifests.inside(path).lstrip("/")).resolve(strict=True)
        if not found.is_relative_to(folder.resolve()) or found.stat().st_size > _PICTURE_LIMIT:
            return None
        return Picture(media_type, found.read_bytes())
    except (OSError, ValueError):
        return None
