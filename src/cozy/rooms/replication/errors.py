"""Refusals. What is `said` are the words that other homes know (cozy-stack model/sharing/error.go)."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Invalid, Malformed, NotFound


class NotInSharing(Forbidden):
    """This is not in what is shared, or not for you to change."""

    said = "Operation aborted"


class BadCopy(Malformed):
    """This copy of a document lacks an id, a revision, or what it was made of."""

    said = "The document has no _id or _rev"


class NoFolder(NotFound):
    """There is no such folder in what is shared."""

    said = "This folder was not found"


class NoExpected(NotFound):
    """Nothing is known of the file that these bytes are for: tell of it first."""

    said = "File metadata is missing"


class OtherId(Invalid):
    """The identifiers in the address and in the document are not the same."""


class OtherBytes(Invalid):
    """These are not the bytes that were announced."""

    said = "Invalid hash"


class FolderMissing(NotFound):
    """The folder that something is to be put into is not here yet."""

    def __init__(self, id_: str = "") -> None:
        super().__init__(id=id_)
        self.id = id_
