"""What can go wrong with a shared drive."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Elsewhere, Forbidden, Invalid, Malformed, NotFound


class NoDrive(NotFound):
    """There is no such shared drive, or it is not shared any more."""

    said = "not a drive"


class DriveClosed(Forbidden):
    """You are not, or no longer, among those who share this drive."""


class OnlyToLook(Forbidden):
    """You may look at what is in this drive, and not change it."""

    said = "write access denied: read-only member"


class OwnerAway(Elsewhere):
    """The home that this drive lies in does not answer: try again later. Nothing of it is lost."""


class OtherThanTold(Elsewhere):
    """The home that this drive lies in sends more, or less, than it tells of: nothing more is copied from there."""


class OnlyOwnerDestroys(Forbidden):
    """What is thrown away here lies in the bin of the drive's owner, who alone removes anything for good."""


class OneFileOnly(Invalid):
    """This drive is a single file."""

    said = "file-root shared drives do not support this endpoint"


class WhichRoot(Malformed):
    """Say which folder or file becomes a drive, or how a new folder is called: one of them."""

    said = "one of folder_id, file_id or name is required"


class SharedAlready(Conflict):
    """This folder is shared already, lies in one that is, or holds one."""

    said = "Folder already has an existing sharing"


class NoRoot(NotFound):
    """There is no such folder or file to share."""


class CannotBeDrive(Malformed):
    """This folder belongs to the home itself, or lies in the bin: it cannot be a drive."""


class BadMove(Malformed):
    """Say what is to go where: one file or folder, and a folder, at least one of them in a shared drive."""


class NotInDrive(Malformed):
    """A link into a shared drive is about one file or folder of it, and nothing else."""

    said = "file is not within the shared drive"


class WhichLinks(Invalid):
    """Say of which files or folders of this drive the links are asked for."""

    said = "ids must contain file or folder IDs"


class LinkedAlready(Conflict):
    """There is a link to this already: use that one."""

    said = "share-by-link already exists for this file or folder"


class NoLinkHere(NotFound):
    """There is no such link in this drive."""

    said = "permission not found"


class NotYourLink(Forbidden):
    """Only who made this link, or whose drive it is, can change it."""

    said = "only creator or owner can modify this permission"
