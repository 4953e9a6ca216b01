"""What can go wrong with files. `said` is how the API spells it: clients that synchronise folders match these words."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Forbidden, Full, Gone, Invalid, Malformed, NotFound, Stale


class NoFile(NotFound):
    """There is no such file or folder."""

    said = "file does not exist"


class NoParent(NotFound):
    """The folder that should hold this does not exist."""

    said = "Parent directory with given DirID does not exist"


class ParentInTrash(NotFound):
    """The folder that should hold this is in the bin."""

    said = "Parent directory is in the trash"


class NoVersion(NotFound):
    """There is no such version of this file."""


class NameTaken(Conflict):
    """Another item in this folder already has that name."""

    said = "file already exists"


class BadName(Invalid):
    """This name is empty or has a character that no name can have, like "/"."""


class BadPath(Invalid):
    """This path does not start with "/", or goes through too many folders."""


class BadMime(Invalid):
    """This media type is not valid."""


class BadDate(Invalid):
    """This date cannot be used."""


class BadAge(Invalid):
    """Choose one of the ages offered."""


class BadType(Invalid):
    """The parameter Type is "file" or "directory"."""


class BadMetadata(Invalid):
    """These metadata are unknown, expired or not valid."""


class BadHash(Invalid):
    """Content-MD5 is 16 bytes in base64."""


class NotThere(Stale):
    """A folder cannot be moved there."""

    said = "Forbidden document move"


class WrongHash(Stale):
    """What arrived is not what was sent: the checksums differ."""

    said = "Invalid hash"


class WrongLength(Stale):
    """What arrived is not as long as was said."""

    said = "Content length does not match"


class Changed(Stale):
    """This file changed since you last saw it."""

    said = "Revision does not match"


class OverQuota(Full):
    """There is not enough space left in this home."""

    said = "The file is too big and exceeds the disk quota"


class AlreadyInTrash(Malformed):
    """This is already in the bin."""

    said = "File or directory is already in the trash"


class NotInTrash(Malformed):
    """This is not in the bin."""

    said = "File or directory is not in the trash"


class IsFolder(Malformed):
    """This is a folder, and has no content to read."""


class IsFile(Malformed):
    """This is a file, and holds no other."""


class Untouchable(Forbidden):
    """This folder belongs to the home itself and stays as it is."""


class NoUpload(NotFound):
    """This upload is not known here, or was given up."""


class UploadExpired(Gone):
    """This upload was left for too long: send the file again."""


class BadUpload(Malformed):
    """This upload says something about itself that cannot be understood."""


class BadSecret(Malformed):
    """This link has expired, or never was: ask for a new one."""


class NoFilm(NotFound):
    """There is no film inside this picture."""


class NoThumbnail(NotFound):
    """There is no small picture of this file."""


class BadPicture(Invalid):
    """This file cannot be drawn: it is broken, or too large."""


class BadCut(Invalid):
    """A picture is turned by quarters, and cut to a part of itself that is not empty."""


class BadArchive(Malformed):
    """This archive cannot be made."""


class BadPage(Invalid):
    """This PDF has no such page, or cannot be read."""


class NowhereToGo(Invalid):
    """A shortcut needs an address without spaces."""


class NoShortcut(Malformed):
    """This file holds no address that could be followed."""
