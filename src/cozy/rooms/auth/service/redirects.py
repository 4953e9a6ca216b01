"""Where somebody may be sent once they are in: this home, and its apps' origins."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..errors import BadRedirect

HOME = "/my"


def target(origin: str, wanted: str) -> str:
    """The address to go to. wanted: a path, an address of this home or of one of its apps, or "". Raises BadRedirect.

    The fragment is dropped, so that nothing secret in it can be carried along (cozy-stack docs/auth.md).
    """
    if not wanted:
        return HOME
    if re.search(r"[\x00-\x20\\]", wanted):
        raise BadRedirect(parameter="redirect")
    url = wanted.partition("#")[0]
    if re.match(r"/(?!/)", url):
        return url
    here = urlsplit(origin)
    try:
        there = urlsplit(url)
        is_same_door = (there.scheme, there.port) == (here.scheme, here.port)
    except ValueError as error:
        raise BadRedirect(parameter="redirect") from error
    host = there.hostname or ""
    is_ours = host == here.hostname or host.endswith(f".{here.hostname}")
    if not is_same_door or not is_ours or "@" in there.netloc:
        raise BadRedirect(parameter="redirect")
    return f"{url}#" if host != here.hostname else url
