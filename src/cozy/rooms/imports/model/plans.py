"""Import: what is known of one, from the first look to the final report. It is a document, so that pages, apps and exports see it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

IMPORTS = "io.cozy.imports"
FOLDER = "Imports"  # where originals are, and what was not understood
NOT_UNDERSTOOD = {"en": "Not understood", "fr": "Non compris"}
STATES = ("looking", "planned", "running", "paused", "done", "failed")
State = Literal["looking", "planned", "running", "paused", "done", "failed"]


class Source(Struct, frozen=True, omit_defaults=True):
    """One thing that was dropped: a file of the home, a path of this machine, which is read in place, or the archive of another Cozy.

    account: it says where that is.
    """

    name: str
    file_id: str = ""
    path: str = ""
    size: int = 0
    account: str = ""


class Left(Struct, frozen=True):
    """Something that was not understood, or could not be taken in, and why."""

    name: str
    why: str


class Table(Struct, omit_defaults=True):
    """A table whose columns the format guessed. columns: what one holds, and which it is; rows: the first, with the head."""

    name: str
    columns: dict[str, int]
    rows: list[list[str]]


class Part(Struct, omit_defaults=True):
    """What one format makes of its part. Numbers by kind: `photo`, `file`, `contact`, `event`, `mail`, `document`…

    position: how many of its items were seen to, in their order.
    """

    format: str
    title: str
    planned: dict[str, int] = {}
    bytes: int = 0
    known: int = 0  # items that were taken in before
    position: int = 0
    added: dict[str, int] = {}
    same: int = 0  # were here already, word for word
    changed: int = 0  # took the place of what they were when they came first
    tables: list[Table] = []  # that the owner may say more about
    beside: int = 0  # stand beside something else of their name


class Import(Struct, omit_defaults=True):
    """The body of the document. why: of `failed` and of a pause that nobody asked for."""

    state: State = "looking"
    title: str = ""
    sources: list[Source] = []
    into: str = "/"  # the folder of the home that paths begin at
    parts: list[Part] = []
    left: list[Left] = []  # the first of them; all are in the list in the folder
    left_in_all: int = 0
    columns: dict[str, dict[str, int]] = {}  # of tables, by their names, where the owner said
    folder: str = ""  # id of the folder with what was not understood, and the list
    job: str = ""
    why: str = ""
    created_at: str = ""
    started_at: str = ""
    finished_at: str = ""
    discarded: bool = False  # whether the originals were
    vault: bool = False  # whether the other Cozy keeps passwords, which do not come along
    by_itself: bool = False  # it comes in as soon as it was looked through

    @property
    def planned(self) -> int:
        """How many items there are."""
        return sum(sum(part.planned.values()) for part in self.parts)

    @property
    def done(self) -> int:
        """How many were seen to."""
        return sum(part.position for part in self.parts)
