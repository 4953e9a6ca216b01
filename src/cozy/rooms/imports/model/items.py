"""Items: what a format makes of a tree, one after the other. The frame takes them into the home.

`source` names an item within its format, and names it the same in the next archive of the same service: the id that the service
gave it, else its place. By format and source, and by a digest of what it holds, the home knows what it has taken in already.
`name` is the file of the tree that it was found in, for reports. A content is the name of a file of the tree, or bytes.
Dates are RFC 3339, "" where nothing is known. Paths are relative, with "/" between names that no one has to check: the frame does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct

Content: TypeAlias = str | bytes


class File(Struct, frozen=True, kw_only=True):
    """A file for the home. path: below the folder that the import goes into, `Google Drive/Letters/a.odt`.

    metadata: as `io.cozy.files` has them. links: the sources of documents (of the same format, that came before) that it is part of.
    """

    source: str
    name: str
    path: str
    content: Content
    modified: str = ""
    created: str = ""
    mime: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = {}
    is_favourite: bool = False
    links: tuple[str, ...] = ()


class Photo(Struct, frozen=True, kw_only=True):
    """A picture or a film for the folder of photos. path: below it, `2019/IMG_1.jpg`.

    albums: the names of those that it is in; the same picture once more, in another album, adds the album alone.
    metadata: what a sidecar says of it, as `io.cozy.files` has it: `datetime`, `gps: {lat, long}`, `title`, `description`, `keywords`,
    `rating`; it wins over what the picture says itself.
    """

    source: str
    name: str
    path: str
    content: Content
    modified: str = ""
    created: str = ""
    mime: str = ""
    albums: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = {}
    is_favourite: bool = False


class Document(Struct, frozen=True, kw_only=True):
    """A document of a doctype that no room keeps by rules of its own: `io.cozy.bank.operations`, `io.cozy.messages`…

    id: the one that it is to have, where the source has ids of ours; else it is made of format and source.
    """

    source: str
    name: str
    doctype: str
    body: Mapping[str, Any]
    id: str = ""


class Copy(Struct, frozen=True, kw_only=True):
    """A document of another Cozy as it is there, under its id and revision; of files and versions with what they hold.

    rev, revisions: "" and () where they are not known. content: None for what holds nothing, or for a file whose bytes the archive
    leaves out because the home has them. is_loser: a branch that lost a conflict; it comes after the one that won.
    among: the ids of all there is of its type there, where there may be twins here.
    """

    source: str
    name: str
    doctype: str
    id: str
    body: Mapping[str, Any]
    rev: str = ""
    revisions: tuple[str, ...] = ()
    content: Content | None = None
    is_loser: bool = False
    among: frozenset[str] = frozenset()


class Share(Struct, frozen=True, kw_only=True):
    """What others may see of another Cozy that moves here: a sharing, or a link, as its document there says. It comes after all that it
    is about.

    before: the address of that Cozy; clients: the documents of the homes that it let in, by id.
    """

    source: str
    name: str
    doctype: str
    id: str
    body: Mapping[str, Any]
    before: str
    clients: Mapping[str, Mapping[str, Any]] = {}


class LeftThere(Struct, frozen=True, kw_only=True):
    """Something that is understood and does not come along. why: a sentence in English, of few different ones."""

    name: str
    why: str

    @property
    def source(self) -> str:
        """Its name."""
        return self.name


class Contact(Struct, frozen=True, kw_only=True):
    """A person: one vCard, of any version."""

    source: str
    name: str
    card: str


class Event(Struct, frozen=True, kw_only=True):
    """An event or a task: an iCalendar object with all components of one UID. calendar: its name, "" for the owner's own."""

    source: str
    name: str
    text: str
    calendar: str = ""
    color: str = ""


class Mail(Struct, frozen=True, kw_only=True):
    """A mail as it was sent (RFC 5322). folder: `Inbox`, `Work/2019`; it becomes a file there, named by its day and subject."""

    source: str
    name: str
    content: Content
    folder: str = ""


class NotUnderstood(Struct, frozen=True, kw_only=True):
    """Something that is kept as it is, in a folder of its own. why: a sentence in English, of few different ones."""

    name: str
    why: str
    content: Content | None = None  # None: the file `name`

    @property
    def source(self) -> str:
        """Its name."""
        return self.name


Item: TypeAlias = File | Photo | Document | Copy | Share | Contact | Event | Mail | NotUnderstood | LeftThere
