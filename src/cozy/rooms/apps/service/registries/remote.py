"""A registry on the web."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import structlog

from cozy.kernel.outside import Outside
from cozy.kernel.problem import Problem

from .cache import Answer, Cache
from .model import Json, Picture

log = structlog.get_logger()
_A_WHILE_S = 300.0
_LONG_S = 86_400.0  # for what never changes: a release, its pictures
_PAGE = 200  # apps asked for at once
_PAGES = 50  # at the most
_PICTURES = {"image/gif", "image/jpeg", "image/png", "image/svg+xml", "image/webp", "image/x-icon"}


class _Meta(msgspec.Struct, frozen=True):
    next_cursor: str = ""


class _Page(msgspec.Struct, frozen=True):
    data: list[dict[str, Any]]
    meta: _Meta = _Meta()


class Remote:
    """Asks one registry. What it says is material: only what has the right shape is taken."""

    def __init__(self, base: str, outside: Outside, cache: Cache) -> None:
        self._base = base.rstrip("/")
        self._outside = outside
        self._cache = cache

    async def apps(self, query: Mapping[str, str]) -> list[Json]:
        """Everything that it offers; nothing when it cannot be reached."""
        found: list[Json] = []
        cursor = "0"
        try:
            for _ in range(_PAGES):
                asked = urlencode({**query, "limit": str(_PAGE), "cursor": cursor})
                answer = await self._asked(f"/registry?{asked}", _A_WHILE_S)
                page = msgspec.json.decode(answer.body, type=_Page) if answer else _Page([])
                found += [app for app in page.data if isinstance(app.get("slug"), str)]
                cursor = page.meta.next_cursor
                if not cursor:
                    break
        except (Problem, msgspec.DecodeError) as error:
            log.warning("registry does not answer", registry=self._base, error=str(error)[:300])
        return found

    async def app(self, slug: str) -> Json | None:
        """One app."""
        return await self._json(f"/registry/{quote(slug, safe='')}", _A_WHILE_S)

    async def version(self, slug: str, version: str) -> Json | None:
        """One release."""
        return await self._json(f"/registry/{quote(slug, safe='')}/{quote(version, safe='')}", _LONG_S)

    async def latest(self, slug: str, channel: str) -> Json | None:
        """The latest release of a channel."""
        return await self._json(f"/registry/{quote(slug, safe='')}/{channel}/latest", _A_WHILE_S)

    async def picture(self, slug: str, version: str, name: str) -> Picture | None:
        """A picture; whatever else comes is none."""
        path = "/".join(quote(part, safe="") for part in (slug, version, *name.split("/")) if part)
        answer = await self._asked(f"/registry/{path}", _LONG_S if version else _A_WHILE_S)
        return Picture(answer.media_type, answer.body) if answer and answer.media_type in _PICTURES else None

    async def maintenance(self) -> list[Json]:
        """Apps that are out of order; none when it cannot be reached."""
        try:
            answer = await self._asked("/registry/maintenance", _A_WHILE_S)
            return list(msgspec.json.decode(answer.body, type=list[dict[str, Any]])) if answer else []
        except (Problem, msgspec.DecodeError) as error:
            log.warning("registry does not answer", registry=self._base, error=str(error)[:300])
            return []

    def folder_of(self, slug: str) -> Path | None:
        """Nothing of it is on this machine."""
        return None

    async def _json(self, path: str, for_s: float) -> Json | None:
        answer = await self._asked(path, for_s)
        try:
            return msgspec.json.decode(answer.body, type=dict[str, Any]) if answer else None
        except msgspec.DecodeError:
            return None

    async def _asked(self, path: str, for_s: float) -> Answer | None:
        answer = await self._cache.get(self._outside, f"{self._base}{path}", for_s)
        return answer if answer.status == 200 else None
