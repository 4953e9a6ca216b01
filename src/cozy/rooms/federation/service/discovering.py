"""What a server says of itself: where its API is, and which words it knows."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from cozy.kernel.house import House
from cozy.kernel.outside import BadAddress as BadUrl
from cozy.kernel.outside import RefusedAddress, TooMuch, TooSlow, Unreachable

from ..errors import NoServer
from ..model.addresses import origin_of
from ..model.ocm import Discovery

LIMIT = 256 * 1024  # bytes
TIMEOUT_S = 10.0
_JSON = {"accept": "application/json"}
_OLD_WEBDAV = "/public.php/webdav/"  # of Nextcloud and ownCloud, which did not always say so


class Provider(Struct, frozen=True):
    """A server that can be shared with. webdav: where what is shared there begins, when a share does not say it."""

    server: str
    endpoint: str
    webdav: str
    takes_folders: bool
    is_old: bool

    @property
    def origins(self) -> set[str]:
        """Where its shares may lie: people's addresses may be of one name, and the API at another."""
        return {origin_of(self.server), origin_of(self.endpoint)}


async def discover(house: House, server: str) -> Provider:
    """What is at a server: `/.well-known/ocm`, else `/ocm-provider/`. Raises NoServer."""
    wanted = [f"{server}/ocm-provider/"]
    if not urlsplit(server).path:
        wanted.insert(0, f"{server}/.well-known/ocm")
    for url in wanted:
        told = await _asked(house, url)
        if told is not None and told.enabled and origin_of(told.end_point):
            return _provider(server, told)
    raise NoServer(host=server.partition("://")[2], parameter="who")


async def _asked(house: House, url: str) -> Discovery | None:
    try:
        reply = await house.outside.fetch("GET", url, headers=_JSON, limit=LIMIT, timeout_s=TIMEOUT_S)
        return msgspec.json.decode(reply.body, type=Discovery) if reply.status == 200 else None
    except (Unreachable, TooSlow, TooMuch, BadUrl, RefusedAddress, msgspec.DecodeError, RecursionError):
        return None


def _provider(server: str, told: Discovery) -> Provider:
    paths = {each.name: each.protocols.get("webdav") for each in told.resource_types}
    said = paths.get("file") or paths.get("folder")
    path = f"/{said.lstrip('/')}" if isinstance(said, str) and said and "://" not in said else _OLD_WEBDAV
    return Provider(
        server, told.end_point.rstrip("/"), origin_of(server) + _joined(server, path), "folder" in paths,
        told.api_version.startswith("1.0") or "public.php" in path,
    )  # fmt: skip


def _joined(server: str, path: str) -> str:
    """The path below the folder that a server lies in, which some name there and some do not."""
    folder = urlsplit(server).path
    return path if not folder or path.startswith(f"{folder}/") else folder + path
