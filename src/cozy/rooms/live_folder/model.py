"""The words of a live folder: what it should show, and what it shows."""

from __future__ import annotations

from msgspec import Struct

FILES, INBOX, OURS = "Files", "Inbox", ".cozy"  # what is in a live folder


class Wanted(Struct, frozen=True):
    """A file or folder as it should stand in a folder of the disk. name: there."""

    id: str
    name: str
    is_folder: bool
    sha256: str = ""
    updated_at: str = ""
    executable: bool = False

    @property
    def said(self) -> str:
        """All that the file on the disk depends on."""
        return f"{self.sha256} {self.updated_at}{' x' if self.executable else ''}"


class Shown(Struct, frozen=True):
    """A folder of the home that stands on the disk. inside: the folder around it; inode: by which it is known again."""

    id: str
    inside: str
    name: str
    inode: int


class FileShown(Struct, frozen=True):
    """A file that was put on the disk. stamp: by which it is known to be untouched since."""

    name: str
    said: str
    stamp: str


class Look(Struct, frozen=True):
    """A folder of the home at one moment, and what is known of it on the disk."""

    above: tuple[str, ...]  # the names of the folders on the way to it
    wanted: dict[str, Wanted]  # by name on the disk
    folders: dict[int, Shown]  # by inode: those in it, and those that should be
    files: dict[str, FileShown]  # by name
    elsewhere: dict[str, tuple[str, ...]]  # the way to folders that should be in it and stand in another one


class Status(Struct, frozen=True):
    """How a live folder is. waiting: folders that are not current."""

    path: str
    folders: int
    files: int
    waiting: int
