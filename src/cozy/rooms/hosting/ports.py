"""What the administration asks of other rooms: numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from cozy.kernel.house import House
from cozy.kernel.mail import Attachment
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.homes.model import Brand


class Sizes(Protocol):
    """Knows how many bytes a home keeps in a room."""

    def __call__(self, work: Work) -> int:
        """Bytes."""
        ...


class OnTheWay(Protocol):
    """A home that moves to another host."""

    @property
    def home_id(self) -> str:
        """Which one."""
        ...


class Moving(Protocol):
    """Knows which homes are on their way to another host."""

    def __call__(self, work: Work) -> Sequence[OnTheWay]:
        """All of them; work is on the host's list."""
        ...


class Letter(Struct, frozen=True):
    """What a mail of the host says."""

    subject: str
    text: str
    html: str
    logo: Attachment | None = None


class Buying(Struct, frozen=True, kw_only=True):
    """What is to be paid for. once: what makes asking for it twice count once; about: what it is, as messages of the service
    name it later. back: where the owner is sent afterwards; done: after paying.
    """

    home_id: str
    customer: str
    once: str
    title: str
    amount: int
    currency: str
    is_monthly: bool = True
    about: Mapping[str, str]
    back: str
    done: str


class Paid(Struct, frozen=True, kw_only=True):
    """What a payment service tells of somebody. None: it says nothing of that; plan "": none any more."""

    id: str
    customer: str
    at: int  # when it came to be, in seconds since 1970: messages come in any order
    subscription: str = ""  # that it is about
    begins: bool = False  # the subscription does
    plan: str | None = None
    unpaid: bool | None = None
    purchase: str = ""  # of an app, that all of it is about
    payment: str = ""  # the number of what was paid
    amount: int | None = None  # that was paid
    paid_plan: str = ""  # that it was paid for
    currency: str = ""
    ends_at: int | None = None  # when the subscription does, in seconds since 1970; 0: it goes on
    charge: str = (
        ""  # of which something was given back, or was not after all: all that there is to say is asked for
    )


class Return(Struct, frozen=True):
    """What was given back of a payment, or taken back by a bank. at: in seconds since 1970; is_undone: it was not, after all."""

    id: str
    amount: int
    at: int
    is_undone: bool = False


class Charge(Struct, frozen=True, kw_only=True):
    """How a payment was made, and all that was given back of it. payment: its number, as `Paid.payment`; "" where nobody knows."""

    payment: str
    customer: str
    at: int
    amount: int
    currency: str
    returns: Sequence[Return]


class Payments(Protocol):
    """A payment service."""

    def is_set(self, settings: Settings) -> bool:
        """Whether the settings name it."""
        ...

    async def customer(self, house: House, home_id: str, domain: str) -> str:
        """A number for the owner of a home. Raises Elsewhere."""
        ...

    async def checkout(self, house: House, buying: Buying) -> str:
        """The address of a page where something is paid for. Raises Elsewhere."""
        ...

    async def stop(self, house: House, subscription: str, stops: bool) -> int:
        """Let a subscription end when what was paid for is over, or go on; when that is, as in `Paid.ends_at`. Raises Elsewhere."""
        ...

    async def forget(self, house: House, customer: str) -> None:
        """End everything that somebody pays, now, and forget them; who is forgotten already is none the less. Raises Elsewhere."""
        ...

    async def portal(self, house: House, customer: str, back: str) -> str:
        """The address of a page with bills and ways to pay. Raises Elsewhere."""
        ...

    async def charge(self, house: House, id_: str) -> Charge:
        """What there is to know of it now. Raises Elsewhere."""
        ...

    def heard(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Paid | None:
        """What a message of the service says; None for nothing of concern. Raises WrongSignature."""
        ...


class Letters(Protocol):
    """Writes the mails of the host, by their name, in a language."""

    def __call__(self, name: str, locale: str, brand: Brand, **words: str) -> Letter:
        """The letter, with these words in it, as the host looks."""
        ...
