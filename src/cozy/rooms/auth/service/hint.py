"""The hint: a sentence of the owner's that helps to remember the passphrase. Mailed to them, shown to nobody."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.text import nfc
from cozy.kernel.work import Work

from .. import store
from ..errors import BadHint, NoHint
from ..events import HintAsked
from ..model import Typed, Visitor
from . import limits, passphrase

_KIND = "hint"
LONGEST = 500  # characters


async def put(house: House, home: Home, text: str) -> None:
    """Keep a hint; "" for none. Raises BadHint, also when it is the passphrase."""
    clean = nfc(text).strip()
    if len(clean) > LONGEST or not clean.isprintable():
        raise BadHint(parameter="hint")
    kept, iterations = await house.read(home, SYSTEM, _sealed)
    if clean and await passphrase.is_right(
        kept, await passphrase.key_of(Typed(raw=clean), home.domain, iterations)
    ):
        raise BadHint(parameter="hint")
    await house.write(home, SYSTEM, _keep, clean)


def _sealed(work: Work) -> tuple[str, int]:
    return passphrase.sealed(work), passphrase.iterations(work)


def _keep(work: Work, clean: str) -> None:
    if clean:
        store.credentials.put(work, _KIND, "main", {"text": clean})
    else:
        store.credentials.drop(work, _KIND)


def check(work: Work) -> str:
    """The hint. Raises NoHint."""
    found = store.credentials.one(work, _KIND)
    if found is None:
        raise NoHint
    return str(found.details["text"])


def ask(work: Work, visitor: Visitor) -> None:
    """Somebody asks for the hint by mail. Raises TooManyAttempts. Publishes HintAsked."""
    limits.count(work, "reset", visitor)
    work.publish(HintAsked())
