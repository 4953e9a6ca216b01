"""Where somebody may be sent once they are in: this home, and its apps' origins."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from cozy.kernel.home import Subdomains, app_at
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions

from ..errors import BadRedirect
from . import sessions

HOME = "/my"
LOCK = "/auth/share-by-link/password"  # where the password of a link is asked for
UNLOCKED = "unlocked"  # the parameter that carries such a proof


def carrying(work: Work, session_id: str, target: str) -> str:
    """The address to go to with, for an app's origin, a code that carries the session there."""
    slug = _slug_at(work, target)
    if not slug:
        return target
    url, _, fragment = target.partition("#")
    code = sessions.hand_over(work, session_id, slug)
    return f"{url}{'&' if '?' in url else '?'}session_code={code}#{fragment}"


def unlocking(work: Work, permission_id: str, target: str) -> str:
    """The address to go to with, for an app's origin, what proves there that the password of a link was given."""
    slug = _slug_at(work, target)
    if not slug:
        return target
    url, _, fragment = target.partition("#")
    proof = permissions.passwords.cookie_for(work, permission_id, slug)
    return f"{url}{'&' if '?' in url else '?'}{UNLOCKED}={proof}#{fragment}"


def _slug_at(work: Work, target: str) -> str:
    host = urlsplit(target).hostname or ""
    around, slug = app_at(host, work.settings.subdomains)
    return slug if around == work.domain else ""


def target(origin: str, wanted: str, subdomains: Subdomains = "nested") -> str:
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
    is_ours = here.hostname in {host, app_at(host, subdomains)[0]}
    if not is_same_door or not is_ours or "@" in there.netloc:
        raise BadRedirect(parameter="redirect")
    return f"{url}#" if host != here.hostname else url
