"""Where apps come from: `registry://drive/stable`, `https://…/app.tar.gz#<sha256>`, `git+https://…#branch`, `file://…`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from ...errors import BadSource
from . import folder, git, tarball
from . import registry as of_registry
from .offer import Offer, Wanted

_LIMIT = 2_000  # characters of a source
_SCHEMES: Mapping[str, Callable[[Wanted], Awaitable[Offer]]] = {
    "registry": of_registry.offer,
    "https": tarball.offer,
    "http": tarball.offer,
    "git": git.offer,
    "git+https": git.offer,
    "git+http": git.offer,
    "git+ssh": git.offer,
    "ssh+git": git.offer,
    "file": folder.offer,
}
OF_THIS_MACHINE = {"file", "git+ssh", "ssh+git"}  # for those alone who hold the machine


def scheme_of(source: str) -> str:
    """How an app is fetched from there. Raises BadSource."""
    try:
        scheme = urlsplit(source).scheme
    except ValueError as error:
        raise BadSource(parameter="Source") from error
    if scheme not in _SCHEMES or len(source) > _LIMIT:
        raise BadSource(parameter="Source")
    return scheme


async def offer(wanted: Wanted) -> Offer:
    """What there is at a source.

    Raises BadSource, NoManifest, NoSource, BadManifest, BadArchive, BadChecksum, and what outside raises.
    """
    return await _SCHEMES[scheme_of(wanted.source)](wanted)


__all__ = ["OF_THIS_MACHINE", "Offer", "Wanted", "offer", "scheme_of"]
