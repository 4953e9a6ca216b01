"""What this home says of itself to others, and how it signs what it asks of them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from yarl import URL

from cozy.kernel import signing
from cozy.kernel.clock import iso
from cozy.kernel.signatures import Request
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..model import Introduction, Moved, address_of


def introduction(work: Work, challenge: str) -> Introduction:
    """That this home, with its key, is at this address. challenge: of who asks; it fits `CHALLENGE`."""
    key = _key(work)
    unsigned = Introduction(address_of(work.origin), signing.public_key_of(key), challenge)
    return replace(unsigned, signature=signing.sign_text(unsigned.text, key))


def sign(work: Work, method: str, url: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers by which a request is this home's. headers: names in lower case; `content-digest` is signed where there is
    one, and `authorization`.
    """
    sent = str(URL(url))  # as our client spells it: what is signed is what arrives
    return signing.headers_of(Request(method, sent, headers), _key(work), work.now)


def move_record(work: Work, before: str, address: str) -> Moved:
    """That this home has gone from one address to another, for those who come by the old one."""
    key = _key(work)
    unsigned = Moved(address_of(before), address_of(address), iso(work.now), signing.public_key_of(key))
    return replace(unsigned, signature=signing.sign_text(unsigned.text, key))


def _key(work: Work) -> bytes:
    return homes.secret(work, "home_key")
