"""A folder or file becomes a drive."""

from __future__ import annotations

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import RESERVED, SHARED_DRIVES, File
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Rule, Sharing

from ..errors import CannotBeDrive, NoRoot, SharedAlready, WhichRoot
from ..model import FILES, SHARINGS

LIMIT = 1000  # of what is shared, that is looked at


class Asked(Struct, frozen=True):
    """What becomes a drive: a folder or file that is there, or a new folder of this name."""

    description: str = ""
    folder_id: str = ""
    file_id: str = ""
    name: str = ""


def make(work: Work, asked: Asked, recipients: sharings.making.Recipients) -> Sharing:
    """A new drive, with these people in it. Raises WhichRoot, NoRoot, CannotBeDrive, SharedAlready, NotAllowed, NameTaken…"""
    given = [text for text in (asked.folder_id, asked.file_id, asked.name) if text]
    if len(given) != 1:
        raise WhichRoot
    root = (
        files.create_folder(work, files.shared_drives(work)[0].id, asked.name)
        if asked.name
        else _found(work, given[0])
    )
    rule = Rule(FILES, root.name, (root.id,), add="none", update="none", remove="none")
    wanted = sharings.making.Wanted(rules=(rule,), description=asked.description or root.name, drive=True)
    return sharings.making.create(work, wanted, recipients)


def _found(work: Work, id_: str) -> File:
    try:
        root = files.fetch(work, id_)
    except NoFile as error:
        raise NoRoot(id=id_) from error
    if root.id in RESERVED | {SHARED_DRIVES} or root.is_trashed:
        raise CannotBeDrive(id=id_)
    around = {root.id, *(folder.id for folder in files.ancestors(sharings.keeping.unasked(work), root))}
    for shared in _shared(work):
        above = {
            shared.id,
            *(folder.id for folder in files.ancestors(sharings.keeping.unasked(work), shared)),
        }
        if shared.id in around or root.id in above:
            raise SharedAlready(id=id_)
    return root


def _shared(work: Work) -> list[File]:
    """What is shared already, folders and files."""
    query = Query(selector={"referenced_by": {"$elemMatch": {"type": SHARINGS}}}, limit=LIMIT)
    found = documents.find(work, FILES, query).documents
    return [
        File(each.id, each.rev, each.body)
        for each in found
        if each.body.get("class") != "shortcut" and not each.body.get("trashed")
    ]
