"""Saying something to another server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cozy.kernel.house import House
from cozy.kernel.outside import BadAddress as BadUrl
from cozy.kernel.outside import RefusedAddress, Reply, TooMuch, TooSlow, Unreachable

from ..errors import NoServer

TIMEOUT_S = 30.0
_JSON = {"accept": "application/json", "content-type": "application/json"}


async def post(house: House, url: str, body: Mapping[str, Any]) -> Reply:
    """What it answers. Raises NoServer."""
    try:
        return await house.outside.fetch(
            "POST", url, headers=_JSON, body=msgspec.json.encode(body), limit=1024 * 1024, timeout_s=TIMEOUT_S, redirects=0
        )  # fmt: skip
    except (Unreachable, TooSlow, TooMuch, BadUrl, RefusedAddress) as error:
        raise NoServer(parameter="who") from error
