"""What can be done to take a home along."""

from . import backing_up, cozy_archive, disk, fetching, keeping, parts, places, writing
from .choosing import CHOICES
from .closing import summed
from .doctypes import DOCTYPES
from .fetching import Reading, reading
from .keeping import Kept, all_, fetched, name_of, named, one, opened, remove, secret
from .making import NOTICE, WORKER, begin, check_room, end_abandoned, make
from .taking import Opened, folder, taken, tar

__all__ = [
    "CHOICES",
    "DOCTYPES",
    "NOTICE",
    "WORKER",
    "Kept",
    "Opened",
    "Reading",
    "all_",
    "backing_up",
    "begin",
    "check_room",
    "cozy_archive",
    "disk",
    "end_abandoned",
    "fetched",
    "fetching",
    "folder",
    "keeping",
    "make",
    "name_of",
    "named",
    "one",
    "opened",
    "parts",
    "places",
    "reading",
    "remove",
    "secret",
    "summed",
    "taken",
    "tar",
    "writing",
]
