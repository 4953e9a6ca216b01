"""Shortcuts: files that lead to what somebody shares, until it is here."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import suppress
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from cozy.kernel.blobs import Content
from cozy.kernel.home import app_origin
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile, NotInTrash
from cozy.rooms.files.model import FILES, SHORTCUT
from cozy.rooms.files.service import Details

from ..model import SHARINGS, Sharing
from . import keeping

_DRIVE = "drive"
_NAME_LIMIT = 200  # bytes, so that a number and `.url` find room
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # what not every system can have in a name


def lead_to(work: Work, sharing: Sharing, url: str = "", *, seen: bool = False) -> Sharing:
    """The sharing with a shortcut to it in the folder of what is shared with this home. url: where it leads, "" for the question
    whether to take it. seen: whether somebody looked at the invitation already.
    """
    if sharing.shortcut_id and _is_there(work, sharing.shortcut_id):
        return sharing
    alone = keeping.unasked(work)
    folder = files.shared_drives(alone)[0] if sharing.drive else files.shared_with_me(alone)
    body = files.shortcuts.written(url or consent_link(work, sharing))
    wanted = f"{_clean(_title(sharing))}{files.shortcuts.ENDING}"
    made = files.create_file(
        alone, folder.id, files.free_name(work, folder.id, wanted), _content(body), SHORTCUT, _details(sharing, seen=seen)
    )  # fmt: skip
    files.refer(alone, made.id, [files.Target(SHARINGS, sharing.id)])
    return keeping.put(work, replace(sharing, shortcut_id=made.id))


def see(work: Work, sharing_id: str) -> None:
    """Note that somebody looks at what its shortcut leads to: it is no news any more. Raises NoSharing."""
    if shortcut_id := keeping.fetch(work, sharing_id).shortcut_id:
        with suppress(NoFile):
            files.shortcuts.see(keeping.unasked(work), shortcut_id)


def _is_there(work: Work, file_id: str) -> bool:
    try:
        return not files.fetch(keeping.unasked(work), file_id).is_trashed
    except NoFile:
        return False


def consent_link(work: Work, sharing: Sharing) -> str:
    """The question whether to take what is offered; once a drive is taken, the drive in its app."""
    if sharing.drive and sharing.active:
        return drive_link(work, sharing)
    secrets = sharing.secrets_of(0)
    query = urlencode({"sharing_id": sharing.id, "state": secrets.state if secrets else ""})
    return f"{work.origin}/auth/authorize/sharing?{query}"


def drive_link(work: Work, sharing: Sharing) -> str:
    """Where the app Drive shows a shared drive."""
    origin = app_origin(work.origin, _DRIVE, work.settings.subdomains)
    rule = sharing.files_rule
    if rule is None or not rule.values:
        return f"{origin}/#/folder/io.cozy.files.shared-drives-dir"
    where, root = quote(sharing.id, safe=""), quote(rule.values[0], safe="")
    if sharing.drive_root_type == "file":
        return f"{origin}/#/sharings/shareddrive/{where}/file/{root}"
    return f"{origin}/#/shareddrive/{where}/{root}"


def _title(sharing: Sharing) -> str:
    rule = sharing.files_rule or sharing.rules[0]
    return rule.title if sharing.drive else sharing.description or rule.title


def _clean(name: str) -> str:
    plain = _UNFIT.sub("-", name).strip().lstrip(".") or "-"
    return plain.encode()[:_NAME_LIMIT].decode(errors="ignore")


def _content(body: bytes) -> Content:
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    return Content(hashlib.sha256(body).hexdigest(), base64.b64encode(digest).decode(), len(body), body)


def _details(sharing: Sharing, *, seen: bool) -> Details:
    first = sharing.files_rule or sharing.rules[0]
    owner = sharing.members[0].instance
    target = {"cozyMetadata": {"instance": owner}, "_type": first.doctype, "mime": first.mime}
    if sharing.drive:
        target |= {"_type": FILES, "drive_root_type": sharing.drive_root_type or "directory"}
    told = {"sharing": {"status": "seen" if seen else "new"}, "target": target}
    return Details(metadata=told, cozy_metadata={"createdOn": owner})


def take_away(work: Work, sharing: Sharing) -> tuple[Sharing, str]:
    """The sharing without its shortcut, and the id of the folder that it was in, "" where it is in none: what is shared may go there."""
    if not sharing.shortcut_id:
        return sharing, ""
    alone = keeping.unasked(work)
    folder = ""
    try:
        found = files.fetch(alone, sharing.shortcut_id)
        if not found.is_trashed:
            folder = found.dir_id
            found = files.trash(alone, found.id)
        files.destroy(alone, found.id)  # it holds nothing but an address
    except (NoFile, NotInTrash):
        pass
    return keeping.put(work, replace(sharing, shortcut_id="")), folder
