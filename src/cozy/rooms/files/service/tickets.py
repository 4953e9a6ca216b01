"""Links that open without a session for ten minutes, and metadata that wait as long for their file.

Who makes a ticket must have the right to what it opens; who holds its secret needs no other. It ends with the grant of
who made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.ids import new_secret
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NoGrant, NotAllowed

from .. import access
from ..errors import BadMetadata, BadSecret
from ..model import File, Ticket, Version
from ..store import contents, tickets, versions
from .metadata import CERTIFIED, check_depth


class Link(Struct, frozen=True):
    """What a download link leads to."""

    name: str
    mime: str
    modified: str
    content: Content


def link_to(work: Work, file: File) -> str:
    """The secret of a link to a file that the caller could read. Raises NoFile, NotAllowed, IsFolder."""
    found = access.content_file(work, file.id, "GET")
    return _download(work, found.sha256, found.name, found.mime, found.updated_at)


def link_to_version(work: Work, version_id: str) -> tuple[str, File, Version]:
    """The same to an old version, `<file id>/<version>`. Raises NoFile, NotAllowed, IsFolder, NoVersion."""
    file = access.content_file(work, version_id.partition("/")[0], "GET")
    version = versions.fetch(work, version_id)
    mime, modified = str(version.body.get("mime", file.mime)), str(version.body["updated_at"])
    return _download(work, version.sha256, file.name, mime, modified), file, version


def _download(work: Work, sha256: str, name: str, mime: str, modified: str) -> str:
    said = {"sha256": sha256, "name": name, "mime": mime, "modified": modified}
    return issue(work, "download", {**said, **maker(work)})


def opened(work: Work, kind: str, secret: str) -> dict[str, Any]:
    """What a secret opens, as long as the grant lasts by whose leave it was made. Raises BadSecret."""
    details = tickets.fetch(work, kind, secret)
    if details is None or not still_holds(work, details.get("by", ""), details.get("mark", "")):
        raise BadSecret
    return details


def still_lasts(work: Work, kind: str, secret: str) -> bool:
    """Whether the grant lasts by whose leave something was opened, whatever became of the secret meanwhile: those end soon."""
    details = tickets.fetch(work, kind, secret)
    return details is None or still_holds(work, details.get("by", ""), details.get("mark", ""))


def maker(work: Work) -> dict[str, str]:
    """By whose leave something is opened: the grant, and what is known of its password. As `still_holds` takes it."""
    by = work.caller.permission
    return {"by": by, "mark": permissions.passwords.mark(work, by) if by else ""}


def still_holds(work: Work, by: str, mark: str) -> bool:
    """Whether a grant lasts by whose leave something was opened, and has the password that it had then. by: "" for no grant."""
    try:
        over = bool(by) and permissions.has_ended(work, permissions.fetch(work, by))
    except NoGrant:
        return False
    return not over and (not by or permissions.passwords.mark(work, by) == mark)


def issue(work: Work, kind: Any, details: Mapping[str, Any]) -> str:
    """A new secret."""
    ticket = Ticket(new_secret(), kind, details)
    tickets.insert(work, ticket)
    return ticket.secret


def follow(work: Work, secret: str) -> Link:
    """What a link opens: the bytes that were there when it was made. Raises BadSecret, also when they are gone."""
    details = opened(work, "download", secret)
    content = contents.fetch(work, details["sha256"])
    if content is None:
        raise BadSecret
    return Link(details["name"], details["mime"], details["modified"], content)


def keep_metadata(work: Work, metadata: Mapping[str, Any]) -> str:
    """Metadata for a file to come; the id is what MetadataID says then.

    Raises BadMetadata, and NotAllowed: what only a certified issuer may say needs leave for its own doctype.
    """
    check_depth(metadata)
    for name, doctype in CERTIFIED.items():
        if name in metadata and not permissions.may_all(work.caller, "POST", doctype):
            raise NotAllowed(verb="POST", doctype=doctype)
    return issue(work, "metadata", metadata)


def metadata_of(work: Work, id_: str) -> dict[str, Any]:
    """Metadata that wait, with their `category` when they have one. Raises BadMetadata when unknown or expired."""
    found = tickets.fetch(work, "metadata", id_)
    if found is None:
        raise BadMetadata(parameter="MetadataID")
    return found


def forget_tickets(work: Work) -> None:
    """Forget the links whose time is over."""
    tickets.forget_expired(work)
