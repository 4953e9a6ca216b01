"""What can be done with data that is elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from cozy import __version__
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.outside import Reply
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions

from .errors import ForbiddenContent, NoAsset, NoDefinition, WrongVerb
from .model import DOCTYPES, MEDIA_CLASSES, MEDIA_TYPES, REQUESTS, Prepared, Verb, parsed, prepared

TIMEOUT_S = 20.0  # cozy-stack's
LIMIT = 32 * 1024 * 1024  # bytes of an answer
AGENT = f"Cozy/{__version__}"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}")
_FILE = "request"


def known(work: Work) -> list[str]:
    """The doctypes whose data can be asked for. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", DOCTYPES, None, None)
    folder = work.settings.remote_doctypes
    if not folder:
        return []
    found = (file.parent.name for file in Path(folder).glob(f"*/{_FILE}"))
    return sorted(name for name in found if _NAME.fullmatch(name))


def prepare(work: Work, doctype: str, verb: Verb, variables: Mapping[str, str]) -> Prepared:
    """The request for the data of a doctype. The app needs leave for all of the doctype.

    Raises NobodyIn, NotAllowed, NoDefinition, BadDefinition, WrongVerb, MissingVariable, BadVariables.
    """
    permissions.guard(work, verb, doctype, None, None)
    definition = parsed(_text(work.settings, doctype), any_port=work.settings.remote_any_port)
    if definition.verb != verb:
        raise WrongVerb(allowed=[definition.verb])
    return prepared(definition, variables, work.settings.remote_secrets.get(doctype, {}), AGENT)


def _text(settings: Settings, doctype: str) -> str:
    if not settings.remote_doctypes or not _NAME.fullmatch(doctype):
        raise NoDefinition(doctype=doctype[:200])
    try:
        return (Path(settings.remote_doctypes) / doctype / _FILE).read_text()
    except OSError as error:
        raise NoDefinition(doctype=doctype) from error


async def ask(house: House, home: Home, request: Prepared) -> Reply:
    """The answer of the other server, when it is something to pass on. Raises ForbiddenContent and kernel.outside's."""
    reply = await house.outside.fetch(
        request.verb,
        request.url,
        headers=request.headers,
        body=request.body,
        limit=LIMIT,
        timeout_s=TIMEOUT_S,
    )
    if not _is_data(media_type(reply)):
        raise ForbiddenContent(content_type=media_type(reply))
    return reply


def media_type(reply: Reply) -> str:
    """What an answer says it is."""
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_data(kind: str) -> bool:
    return kind in MEDIA_TYPES or kind.partition("/")[0] in MEDIA_CLASSES


def note(work: Work, doctype: str, request: Prepared, variables: Mapping[str, str], reply: Reply) -> None:
    """Keep for the owner what was asked, and by whom."""
    documents.create(
        work,
        REQUESTS,
        {
            "doctype": doctype, "verb": request.verb, "url": request.told, "response_code": reply.status,
            "content_type": media_type(reply), "variables": dict(variables), "created_at": iso(work.now),
            "cozyMetadata": {"createdByApp": work.caller.name},
        },
    )  # fmt: skip


async def asset(house: House, name: str) -> Reply:
    """A file elsewhere that the host names for all apps. Raises NoAsset and kernel.outside's."""
    url = house.settings.remote_assets.get(name)
    if url is None:
        raise NoAsset(name=name[:200])
    return await house.outside.fetch(
        "GET", url, headers={"user-agent": AGENT}, limit=LIMIT, timeout_s=TIMEOUT_S
    )
