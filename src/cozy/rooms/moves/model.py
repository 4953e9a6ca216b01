"""What two hosts know of a home that moves from one to the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from cozy.kernel.home import State
from cozy.rooms.documents.model import Document
from cozy.rooms.neighbours.model import Moved

ARRIVAL = "/.well-known/cozy-arrival"
WHOSE = "for"  # in a query: the address of the home, where another one is asked
EXPECTED_FOR = timedelta(days=7)
FEW = 64  # blocks: writers may well wait for so little
SOME = 1024  # blocks, 64 MB: they may where people write so much that it gets no less
BATCH = 64  # blocks that are carried at once, 4 MB
TIMEOUT_S = 120.0  # of one request
AT_ONCE = 8  # contents under way at the same time

Going = Literal["copying", "gone", "arrived"]
Coming = Literal["expected", "coming", "live", "abandoned"]


class Whole(Struct, frozen=True, forbid_unknown_fields=True):
    """What must be here before a home goes: the size of its database in bytes, and what all blocks are known by."""

    size: int
    root: str


class Departure(Struct, frozen=True):
    """A home that moves away. gone: it takes nothing more here, and is not known to live there; arrived: it is."""

    home_id: str
    domain: str
    before: str  # its address here, https://alice.example.org
    address: str  # the one that it gets
    code: str
    begun_at: str
    state: Going = "copying"
    stood: State = "active"  # how it stood on this host's list when it went
    record: str = ""  # that it has moved, signed by its key: JSON
    whole: Whole | None = None  # what was there when it went
    given_up: bool = False  # somebody no longer wants it to go
    unheard: bool = False  # … and the other host, which is no more, is not waited for
    size: int = 0  # bytes, of all that it held as it began
    carried: int = 0  # bytes, since this was last begun or gone on with
    pause_ms: int = 0  # how long writers waited at the switch, until it lived there
    said: str = ""  # what went wrong last
    link: str = (
        ""  # where the owner chooses a passphrase at the new address; none where the home keeps its own
    )
    door: str = ""  # another address at which the new host is asked: the home's own leads here until its name is changed

    @property
    def is_in_place(self) -> bool:
        """Whether the home keeps its address."""
        return self.before == self.address


class Arrival(Struct, frozen=True):
    """A home that is expected here, comes, or came."""

    domain: str
    code_sha256: str
    until: str  # when the code is no longer good
    quota: int | None = None
    state: Coming = "expected"
    home_id: str = ""
    public_key: str = ""  # of the home that showed the code: from then on, nobody else's word counts
    before: str = ""
    formerly: tuple[str, ...] = ()


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What a home says of itself when it asks to be let in."""

    code: str
    home_id: str
    before: str
    formerly: tuple[str, ...]
    version: int  # of its database
    size: int  # bytes, of its database and its contents


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """That the home takes nothing more at its old address, and lives at the new one, with all that was there."""

    record: Moved
    whole: Whole


class Let(Struct, frozen=True):
    """That a home may come, or lives here. link: where its owner chooses a passphrase, if they have to."""

    state: Coming
    link: str = ""


HANDINGS = "io.cozy.moves.handings"
SCOPE = "io.cozy.exports.requests io.cozy.imports"  # that cozy-stack asks for before it is known which home is the old one
ASKED_FOR = timedelta(hours=1)
HandingState = Literal["code", "asked", "making", "handed", "arrived", "failed"]


class Asker(Struct, frozen=True, kw_only=True):
    """Who asks that a home is handed over: by a code, or as a client of the home."""

    code: str = ""
    client_id: str = ""
    client_secret: str = ""
    token: str = ""


class Target(Struct, frozen=True):
    """The Cozy that it is handed over to, and what opens that."""

    url: str
    token: str


class Handing(Struct, frozen=True, omit_defaults=True):
    """The body of the document of a home that is handed over to a Cozy of another make.

    code: the owner agreed to be asked; asked: they are; making: the archive is being made; handed: the other Cozy fetches it.
    account: has what opens the other one. why: of `failed`.
    """

    state: HandingState
    target: str = ""  # https://bob.example.org
    account: str = ""
    secret_sha256: str = ""  # of what opens the question
    word_sha256: str = ""  # of what the other Cozy shows when it tells how it went
    asked_at: str = ""
    export: str = ""
    why: Literal["", "export", "import"] = ""
    ignores_vault: bool = False

    @property
    def host(self) -> str:
        """The other Cozy."""
        return urlsplit(self.target).netloc


class KeptHanding(Struct, frozen=True):
    """One with its document."""

    document: Document
    body: Handing

    @property
    def id(self) -> str:
        """Its id."""
        return self.document.id
