"""A home has another address by now, and says so to those it shares with (cozy-stack docs/sharing.md, `moved`)."""

from __future__ import annotations

from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts

from ..errors import WrongState
from ..model.addresses import home_address
from ..model.exchange import LONGEST, Moved
from . import keeping, others


def moved(work: Work, sharing_id: str, told: Moved) -> None:
    """The home of the member who asks is at another address, where this one is let in otherwise.

    Raises NoSharing, NotAllowed, WrongState, BadHomeAddress.
    """
    index = others.member_who_asks(work, sharing_id)
    sharing = keeping.fetch(work, sharing_id)
    secrets = sharing.secrets_of(index)
    if secrets is None or secrets.access_token is None:
        raise WrongState
    address = home_address(told.new_instance, plain=work.origin.startswith("http:"))
    if address == work.origin or max(len(told.access_token), len(told.refresh_token)) > LONGEST:
        raise WrongState
    token = replace(
        secrets.access_token,
        access_token=told.access_token or secrets.access_token.access_token,
        refresh_token=told.refresh_token or secrets.access_token.refresh_token,
    )
    before = sharing.members[index]
    sharing = keeping.with_secrets(sharing, index, replace(secrets, access_token=token))
    keeping.put(work, keeping.with_member(sharing, index, instance=address))
    contacts.homes.learn(
        keeping.unasked(work), before.email, address, before=before.instance
    )  # fmt: skip
