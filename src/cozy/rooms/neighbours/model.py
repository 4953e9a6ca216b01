"""What homes say of themselves to each other, and what one remembers of another."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

from cozy.kernel.signing import is_signed, read_key

WELL_KNOWN = "/.well-known/cozy-home"
OTHER_KEY, UNSIGNED = "neighbour_key", "neighbour_unsigned"  # the kinds of notices
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{0,64}")


class Neighbour(Struct, frozen=True):
    """Another home as it is known here."""

    address: str
    public_key: str  # "" for a home that is known by its address alone
    met_at: str
    refused_key: str = ""  # another key that it showed since; "" for none at all, where refused_at says when
    refused_at: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether it is no longer who was met."""
        return bool(self.refused_at)


class Moved(Struct, frozen=True, rename={"before": "from", "address": "to"}):
    """That a home has a new address, signed by its key."""

    before: str
    address: str
    at: str
    public_key: str
    signature: str = ""

    @property
    def text(self) -> str:
        """What is signed."""
        return f"cozy-home moved\n{self.before}\n{self.address}\n{self.at}"

    @property
    def is_in_place(self) -> bool:
        """Whether the home keeps its address, at another host: its name leads there by now, or soon."""
        return self.before == self.address

    def is_by(self, public_key: str) -> bool:
        """Whether the holder of this key says so."""
        return bool(public_key) and is_signed(self.text, self.signature, public_key)


class Introduction(Struct, frozen=True):
    """What the home at an address says of itself, in answer to a challenge."""

    address: str
    public_key: str
    challenge: str = ""
    signature: str = ""

    @property
    def text(self) -> str:
        """What is signed."""
        return f"cozy-home is here\n{self.address}\n{self.challenge}"

    def is_true(self, address: str, challenge: str) -> bool:
        """Whether the holder of its key has just said this, of this address."""
        is_answer = (self.address, self.challenge) == (address, challenge)
        return is_answer and is_signed(self.text, self.signature, self.public_key)


class Told(Struct, frozen=True):
    """All that may stand at the well-known address: an introduction, or where the home has gone."""

    address: str = ""
    public_key: str = ""
    challenge: str = ""
    signature: str = ""
    moved: Moved | None = None


def address_of(text: str) -> str:
    """The address of a home as it is remembered: scheme, host and port, in small letters."""
    scheme, _, rest = text.strip().lower().partition("://")
    host = rest.partition("/")[0].removesuffix({"https": ":443", "http": ":80"}.get(scheme, "/"))
    return f"{scheme}://{host}"


def fingerprint(public_key: str) -> str:
    """A key as two people can compare it by telephone: six groups of four letters and digits; "" of none."""
    raw = read_key(public_key)
    digits = hashlib.sha256(raw).hexdigest()[:24] if raw else ""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
