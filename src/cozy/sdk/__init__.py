"""What a connector is written with: it brings what is yours from elsewhere into your home. See docs/connectors.md.

Runs in a box of its own, so it imports nothing of the house and nothing but Python itself.
"""

from .declaring import Choice, Connector, Field, Rule
from .errors import (
    BadField,
    DiskFull,
    LoginFailed,
    NoFolder,
    NotFetched,
    Refused,
    Trouble,
    UserActionNeeded,
    VendorDown,
)
from .gateway import connect
from .home import Home
from .texts import Text
from .web import Reply, Web

__all__ = [
    "BadField",
    "Choice",
    "Connector",
    "DiskFull",
    "Field",
    "Home",
    "LoginFailed",
    "NoFolder",
    "NotFetched",
    "Refused",
    "Reply",
    "Rule",
    "Text",
    "Trouble",
    "UserActionNeeded",
    "VendorDown",
    "Web",
    "connect",
]
