"""How long what was thrown away stays: what the owner chose, else what the host does by default."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument

from ..errors import BadAge

SETTINGS, BIN = "io.cozy.settings", "io.cozy.settings.bin"
AGES = (7, 30, 90, 365, 0)  # days that people can choose; 0: for ever


def bin_days(work: Work) -> int:
    """Days after which the bin lets go of something; 0: never."""
    try:
        return int(documents.fetch(work, SETTINGS, BIN).body["days"])
    except NoDocument:
        return work.settings.trash_days


def choose_bin_days(work: Work, days: int) -> None:
    """Keep what is thrown away for that many days from now on; 0: for ever. Raises BadAge."""
    if days not in {*AGES, work.settings.trash_days}:
        raise BadAge(days=days, parameter="days")
    try:
        documents.update(work, documents.fetch(work, SETTINGS, BIN), {"days": days})
    except NoDocument:
        documents.create(work, SETTINGS, {"days": days}, id_=BIN)
