"""Finding, and every kind of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct


class Finding(Struct, frozen=True):
    """One thing that is wrong. id: of the document, content, blob… that it concerns."""

    kind: str
    id: str
    facts: Mapping[str, str | int] = {}


Report = Callable[[Finding], None]
Tick = Callable[[int], None]  # so many more rows or contents have been looked at


class Kind(Struct, frozen=True):
    """What findings of one name mean. is_fault: whether a home with such a finding is not whole."""

    sentence: str
    is_fault: bool = True


KINDS: dict[str, Kind] = {
    "database-damaged": Kind("The database file is damaged."),
    "database-unreadable": Kind("The database cannot be read."),
    "database-missing": Kind("A home is listed, and its database is not here."),
    "database-unlisted": Kind("A database is here, and no home on the list has it."),
    "foreign-rows": Kind("The database holds rows of another home."),
    "body-malformed": Kind("A document is not a JSON object."),
    "rev-malformed": Kind("A document's revision is not a number, a hyphen and 32 hexadecimal digits."),
    "revisions-wrong": Kind("A document's list of revisions does not end in its revision."),
    "seq-shared": Kind("Two documents have the same place in the order of changes."),
    "seq-behind": Kind("The counter of changes is behind the last change."),
    "leaf-orphan": Kind("A losing revision belongs to no document."),
    "leaf-malformed": Kind("A losing revision has a malformed revision or list of revisions."),
    "leaf-wins": Kind("A losing revision should have won over the document."),
    "leaf-past": Kind("A losing revision is the document's own past."),
    "root-missing": Kind("The root folder is missing."),
    "trash-missing": Kind("The bin is missing."),
    "file-malformed": Kind("A file or folder lacks a member that it must have, or one is of a wrong type."),
    "name-wrong": Kind("A file or folder has a name that it cannot have."),
    "name-shared": Kind("Two items in one folder have the same name."),
    "parent-missing": Kind("The folder that holds this does not exist."),
    "parent-not-folder": Kind("What holds this is a file."),
    "folder-cycle": Kind("A folder is inside itself."),
    "path-wrong": Kind("A folder's path is not its parent's path and its name."),
    "trashed-wrong": Kind("A file says that it is in the bin and is not, or the reverse."),
    "sort-key-wrong": Kind("A file or folder is out of place in the order of its list."),
    "sum-wrong": Kind("The size that is kept of a folder is not that of the files below it."),
    "version-orphan": Kind("An old version belongs to no file."),
    "link-missing": Kind("A file says that it is part of something, and the index of that does not know."),
    "link-extra": Kind("The index says that a file is part of something, and the file does not."),
    "content-missing": Kind("A file or version names a content that is not here."),
    "content-mismatch": Kind("A file or version and its content disagree about size or MD5."),
    "content-malformed": Kind("A content is stored under a name that is not its own."),
    "content-unused": Kind("A content is kept that no document names."),
    "content-size": Kind("A content is longer or shorter than it should be."),
    "content-damaged": Kind("A content's bytes are not those that were stored."),
    "blob-missing": Kind("The bytes of a content are missing."),
    "blob-unused": Kind("Bytes are stored that no content names, for more than a day."),
    "item-orphan": Kind(
        "A calendar or address book lists something that is no document, or an older state of one."
    ),
    "item-missing": Kind("A document of a calendar or address book is not listed there."),
    "item-also-gone": Kind("A calendar or address book lists something that it also says is gone."),
    "value-missing": Kind("A picture or another value of an event or a contact is missing."),
    "value-damaged": Kind("A picture or another value of an event or a contact is not what was stored."),
    "usage-wrong": Kind("The count of stored bytes is not their sum."),
    "upload-unknown": Kind("Bytes of an upload are kept that no upload names, for more than a day."),
    "upload-cut": Kind("An upload ended without its last step; it has to be sent again.", is_fault=False),
    "live-folder-wrong": Kind(
        "The live folder is thought to show a folder that the home does not have, or the reverse."
    ),
    "job-given-up": Kind("A job failed for good.", is_fault=False),
}
