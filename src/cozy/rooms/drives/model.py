"""The words of shared drives."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cozy.kernel.caller import Caller

FILES, SHARINGS = "io.cozy.files", "io.cozy.sharings"
ROUTES = "/sharings/drives"
PAGES = "/my/drives"


class Opened(Struct, frozen=True):
    """A drive of this home, and who may do what there: a caller who has the root and nothing else.

    is_member: whether that is the home of somebody else.
    """

    id: str
    root: str
    root_path: str  # of a folder; "" of a file
    caller: Caller
    is_file: bool = False
    is_member: bool = False


class Distant(Struct, frozen=True):
    """A drive in another home: where it is and what opens it there."""

    id: str
    root: str
    address: str
    token: str
    is_read_only: bool
    is_file: bool = False


def is_refused(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the owner's home lets this one in no more: cozy-stack says 400 to a token that is none."""
    return status in {401, 410} or "invalid_token" in headers.get("www-authenticate", "")
