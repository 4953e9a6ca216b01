"""What the room permissions can do."""

from . import ledger, links, passwords
from .decision import admit, common, guard, holds_all, may, may_all, may_give, may_use
from .grants import (
    all_,
    end_due,
    fetch,
    giver_of,
    grant,
    has_ended,
    links_by,
    narrow,
    of_code,
    of_source,
    set_end,
    withdraw,
    withdraw_links,
)
from .seeing import Other, among, others, rules_about
from .telling import end_of, last_day, lines, narrowed, out_of_sight

__all__ = [
    "Other",
    "admit",
    "all_",
    "among",
    "common",
    "end_due",
    "end_of",
    "fetch",
    "giver_of",
    "grant",
    "guard",
    "has_ended",
    "holds_all",
    "last_day",
    "ledger",
    "lines",
    "links",
    "links_by",
    "may",
    "may_all",
    "may_give",
    "may_use",
    "narrow",
    "narrowed",
    "of_code",
    "of_source",
    "others",
    "out_of_sight",
    "passwords",
    "rules_about",
    "set_end",
    "withdraw",
    "withdraw_links",
]
