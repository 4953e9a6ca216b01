"""What can be done with sharings.

For the rooms above, which move what is shared: `fetch`, `active`, `peers`, `member_who_asks`, `writer_who_asks`,
`ended_by_rule`, `asking.ask`, `shortcuts.take_away`, `shortcuts.see`, `keeping.put`.
"""

from . import (
    answering,
    asking,
    delegating,
    discovering,
    doctypes,
    ending,
    groups,
    inviting,
    keeping,
    listing,
    making,
    members,
    moving,
    noticing,
    offering,
    passwords,
    people,
    reaching,
    read_only,
    receiving,
    seers,
    shortcuts,
    telling,
)
from .ending import ended_by_rule
from .keeping import active, fetch
from .others import member_who_asks, of_client, peer_of, peers, standings, writer_who_asks

__all__ = [
    "active",
    "answering",
    "asking",
    "delegating",
    "discovering",
    "doctypes",
    "ended_by_rule",
    "ending",
    "fetch",
    "groups",
    "inviting",
    "keeping",
    "listing",
    "making",
    "member_who_asks",
    "members",
    "moving",
    "noticing",
    "of_client",
    "offering",
    "passwords",
    "peer_of",
    "peers",
    "people",
    "reaching",
    "read_only",
    "receiving",
    "seers",
    "shortcuts",
    "standings",
    "telling",
    "writer_who_asks",
]
