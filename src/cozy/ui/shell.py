"""What stands around a page: who is in, which rooms there are, what was just done."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from cozy.ui.brand import Brand


class Room(Struct, frozen=True):
    """One row of the house's navigation. label is a msgid (mark it with N_).

    short: the same for the bar of a phone. aside: below the line, with what is about the home itself.
    more: on phones, in the menu of the rest rather than in the bar.
    """

    key: str
    label: str
    url: str
    icon: str
    short: str = ""
    aside: bool = False
    more: bool = False


class Link(Struct, frozen=True):
    """A row of the account menu. label is a msgid."""

    label: str
    url: str
    icon: str


class Add(Struct, frozen=True):
    """A row of the Add menu. label is a msgid.

    url: a page that does the same without scripts.
    upload: "files", "folder", "photos" or "camera" opens the device's own chooser; "" follows url.
    dialog: open url over the page rather than go there.
    """

    label: str
    url: str
    icon: str
    upload: str = ""
    dialog: bool = False


class Home(Struct, frozen=True):
    """The home that somebody is in."""

    public_name: str
    domain: str


class Storage(Struct, frozen=True):
    """Room taken by what people keep. quota is None when there is no limit."""

    used: int  # bytes
    quota: int | None = None  # bytes


class Flash(Struct, frozen=True):
    """One sentence about what was just done, already in the reader's language.

    alert: it failed; screen readers are interrupted.
    undo: URL to POST to take it back; "" when there is nothing to take back.
    """

    text: str
    alert: bool = False
    undo: str = ""


class Shell(Struct, frozen=True, kw_only=True):
    """Everything that the layout shows beside the page itself.

    now: the current time, in the reader's time zone; relative dates are counted from it.
    theme: "light", "dark" or "system".
    home: None when nobody is in.
    room: key of the room where the reader is.
    inbox: id of the folder that receives what is added outside any folder.
    uploads, search, notifications, log_out: URLs; "" leaves the thing out of the page.
    has_plan: whether there is something to say about what the owner has with the host.
    unread: how many notifications are; a hundred stands for more.
    waiting: by the key of a room, how many things there wait for an answer.
    """

    locale: str
    now: datetime
    theme: str = "system"
    shortcuts: bool = True
    home: Home | None = None
    rooms: tuple[Room, ...] = ()
    room: str = ""
    account: tuple[Link, ...] = ()
    adds: tuple[Add, ...] = ()
    csrf: str = ""
    storage: Storage | None = None
    hosted_by: str = ""
    brand: Brand = Brand()
    has_plan: bool = False
    flashes: tuple[Flash, ...] = ()
    inbox: str = ""
    uploads: str = ""
    search: str = ""
    query: str = ""
    notifications: str = ""
    unread: int = 0
    waiting: Mapping[str, int] = {}
    log_out: str = ""
