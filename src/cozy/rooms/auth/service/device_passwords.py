"""Device passwords: for programs that know no other way in than a name and a password (RFC 7617).

One opens what its grant says (room permissions, type `device`), which is looked up at each request. Its first five letters say
which one it is, the other twenty are the secret; the name that comes along says nothing. Argon2 proves it once, then
it is remembered for a while: revoking it does not wait for that, since the grant is read each time.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import secrets
from functools import lru_cache
from time import monotonic

from cozy.kernel.caller import NOBODY, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule

from .. import store
from ..errors import NoArea, NoDeviceName, NotEncrypted, WrongDevicePassword
from ..model import Visitor
from ..model.device_passwords import AREAS, FILES, NAME_LIMIT, SEE, Made, Wanted
from . import limits, passphrase

_KIND = "device_password"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_GROUPS, _GROUP = 5, 5  # the first names the password, the others are 99 bits
_SHAPE = re.compile(rf"[{_LETTERS}]{{{_GROUPS * _GROUP}}}")
REMEMBERED_S = 600.0
_REMEMBERED_AT_ONCE = 10_000


class Proved:
    """Which passwords were found right a while ago, by their hashes, and of which grants."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], tuple[str, float]] = {}

    def holds(self, home_id: str, letters: str, grant: str) -> bool:
        """Whether this was proved for this grant, and not too long ago."""
        known, until = self._known.get((home_id, _digest(letters)), ("", 0.0))
        return known == grant and until > monotonic()

    def add(self, home_id: str, letters: str, grant: str) -> None:
        """Remember that this is right."""
        if len(self._known) >= _REMEMBERED_AT_ONCE:
            self._known.clear()
        self._known[home_id, _digest(letters)] = (grant, monotonic() + REMEMBERED_S)


_proved = Proved()


def _digest(letters: str) -> bytes:
    return hashlib.sha256(letters.encode()).digest()


async def make(house: House, home: Home, caller: Caller, wanted: Wanted) -> Made:
    """Make a password, which is told this once. Raises NoDeviceName, NoArea, NoDocument when there is no such folder."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range((_GROUPS - 1) * _GROUP))
    seal = await asyncio.to_thread(passphrase.hashed, letters)
    made = await house.write(home, caller, _add, wanted, seal)
    groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
    return Made(made.id, "-".join([made.source_id, *groups]))


def _add(work: Work, wanted: Wanted, seal: str) -> Permission:
    name = wanted.name.strip()[:NAME_LIMIT]
    if not name:
        raise NoDeviceName(parameter="name")
    rules = _rules(work, wanted)
    handle = _free_handle(work)
    store.credentials.put(work, _KIND, handle, {"argon2": seal})
    return permissions.grant(work, "device", handle, rules, title=name, expires_at=wanted.expires_at)


def _rules(work: Work, wanted: Wanted) -> dict[str, Rule]:
    doctypes = [doctype for area in wanted.areas for doctype in AREAS.get(area, ())]
    if not doctypes:
        raise NoArea(parameter="areas")
    folder = documents.fetch(work, FILES, wanted.folder).id if wanted.folder else ""
    verbs = () if wanted.may_write else SEE
    return {
        doctype: Rule(doctype, verbs, (folder,) if folder and doctype == FILES else ())
        for doctype in doctypes
    }


def _free_handle(work: Work) -> str:
    while True:
        handle = "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))
        if store.credentials.one(work, _KIND, handle) is None:
            return handle


async def caller_of(house: House, home: Home, password: str, address: str) -> Caller:
    """Who brings this password, by https or on the machine itself. A wrong one is counted before it is looked at.

    Raises WrongDevicePassword, NotEncrypted, TooManyAttempts.
    """
    check_way(home, address)
    letters = re.sub(r"[\s-]", "", password).lower()
    handle, secret = letters[:_GROUP], letters[_GROUP:]
    caller = await house.read(home, NOBODY, _holder, handle)
    if caller is not None and _proved.holds(home.id, letters, caller.permission):
        return caller
    visitor = Visitor(address=address)
    await house.write(home, NOBODY, limits.count, "device_password", visitor)
    seal = await house.read(home, NOBODY, _seal, handle) if caller else ""
    is_right = bool(_SHAPE.fullmatch(letters)) and await passphrase.is_right(seal, secret)
    if caller is None or not is_right:
        raise WrongDevicePassword
    _proved.add(home.id, letters, caller.permission)
    await house.write(home, NOBODY, limits.forgive, "device_password", visitor)
    return caller


def check_way(home: Home, address: str) -> None:
    """Raises NotEncrypted where others on the way to this address could read a password."""
    if not home.origin.startswith("https:") and not _is_this_machine(address):
        raise NotEncrypted


def _holder(work: Work, handle: str) -> Caller | None:
    """Who holds a password; nobody, where it was revoked or has ended."""
    found = permissions.of_source(work, "device", handle)
    if found is None or permissions.has_ended(work, found):
        return None
    return Caller("device", found.grants, name=handle, permission=found.id)


def _seal(work: Work, handle: str) -> str:
    """What is kept of a password; "" where nothing is."""
    kept = store.credentials.one(work, _KIND, handle)
    return str(kept.details["argon2"]) if kept else ""


@lru_cache(maxsize=1024)
def _is_this_machine(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def listed(work: Work) -> list[Permission]:
    """The grants of the passwords that there are, the last made first."""
    found = [each for each in permissions.all_(work) if each.type == "device"]
    return sorted(found, key=lambda each: str(each.metadata.get("createdAt", "")), reverse=True)


def forget(work: Work, handle: str) -> None:
    """Forget what is kept of a password whose grant was taken back."""
    if permissions.of_source(work, "device", handle) is None:
        store.credentials.drop(work, _KIND, handle)


def remove_all(work: Work) -> None:
    """Take every password back."""
    for each in listed(work):
        permissions.withdraw(work, each)
