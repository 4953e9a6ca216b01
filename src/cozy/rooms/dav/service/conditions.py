"""Whether a request finds what it expects: HTTP's own conditions (RFC 9110 §13), then WebDAV's (RFC 4918 §10.4)."""

from __future__ import annotations

from urllib.parse import urlsplit

from cozy.dav import conditions
from cozy.kernel.clock import dated
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files.model import File

from ..errors import Unfulfilled
from ..model import Expected, Top, named
from . import locks, places


def check(work: Work, expected: Expected, path: str, found: File | None) -> None:
    """Raises Unfulfilled. found: what is at the path."""
    tag = places.tag(work, found) if expected.if_match or expected.if_none_match else ""
    if expected.if_match:
        if not _names(expected.if_match, tag, found):
            raise Unfulfilled(header="If-Match")
    elif expected.if_unmodified_since and found is not None:
        since = dated(expected.if_unmodified_since)
        if since is not None and places.changed_at(found) > since:
            raise Unfulfilled(header="If-Unmodified-Since")
    if expected.if_none_match and _names(expected.if_none_match, tag, found):
        raise Unfulfilled(header="If-None-Match")
    if not conditions.hold(
        expected.if_,
        lambda resource: _tokens(work, _path(work, resource, path, expected.top)),
        lambda resource: _tag(work, _path(work, resource, path, expected.top)),
    ):
        raise Unfulfilled(header="If")


def _names(tags: str, tag: str, found: File | None) -> bool:
    """Whether a list of validators names what is there; `*` is whatever is. Weak ones never do (§13.1.1)."""
    if tags.strip() == "*":
        return found is not None
    return bool(tag) and tag in [each.strip() for each in tags.split(",")]


def _path(work: Work, resource: str, path: str, top: Top) -> str | None:
    """The path that an address names; None where it is none of ours."""
    if not resource:
        return path
    parts = urlsplit(resource)
    if parts.netloc and parts.netloc != urlsplit(work.origin).netloc:
        return None
    try:
        return named(parts.path, top)
    except Problem:
        return None


def _tokens(work: Work, path: str | None) -> set[str]:
    return set() if path is None else {lock.token for lock in locks.covering(work, path)}


def _tag(work: Work, path: str | None) -> str:
    return "" if path is None else places.tag(work, places.found(work, path))
