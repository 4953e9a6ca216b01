"""What the workers `konnector` and `service` are asked for, and what a program says while it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.running import Language

ACCOUNTS = "io.cozy.accounts"
EVENTS = "io.cozy.jobs.events"
MESSAGE_LIMIT = 4000  # characters, as cozy-stack's

Files = Iterable[tuple[str, bytes]]


class Wish(Struct, frozen=True):
    """The message of a job for a connector: which one, for which account, and the folder that it saves to."""

    konnector: str = ""
    account: str = ""
    folder_to_save: str = ""
    bi_webhook: bool = (
        False  # a bank knocked: nothing that went wrong before keeps the connector from running
    )
    account_deleted: bool = False  # it is to clean up elsewhere, what it can


class ServiceWish(Struct, frozen=True):
    """The message of a job for a service of an app: by its name, or by its file."""

    slug: str = ""
    name: str = ""
    service_file: str = ""
    fields: Any = None
    message: ServiceWish | None = None  # old ones are one deeper


class Connector(Struct, frozen=True, kw_only=True):
    """What a slug stands for, ready to be run."""

    slug: str
    name: str  # for people
    version: str = ""
    language: Language = "node"
    arguments: tuple[str, ...]  # of Node.js or Python
    on_delete: tuple[
        str, ...
    ] = ()  # the same when an account was deleted; nothing when there is nothing to do then
    parameters: Mapping[str, Any] = {}
    bring: Callable[[House, Home], Awaitable[Files]]  # what is put into the folder that it starts in


class Line(Struct, frozen=True):
    """A line that a program says (cozy-stack docs/konnectors-workflow.md)."""

    type: str = ""  # debug, info, warning, error, critical
    message: str = ""
    no_retry: bool = False


def line_of(said: bytes) -> Line | None:
    """What a line of stdout says; None for one that is not for us."""
    try:
        return msgspec.json.decode(said, type=Line, strict=False)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
