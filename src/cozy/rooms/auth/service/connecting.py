"""Programs that wait for the owner's word (Nextcloud's login flow, version 2): one asks, its device opens a page of the home in
a browser, the owner agrees there, and the program, which asks again and again meanwhile, is handed a password once.

Of its two secrets only hashes are kept: that of the page opens nothing but the page, that of the program nothing before the
owner agreed. The password is made when it is fetched, so that it stands nowhere in between.
"""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from typing import Any

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.work import Work

from .. import store
from ..errors import NoDeviceName, NotWaiting
from ..model import Visitor
from ..model.device_passwords import NAME_LIMIT, Begun, Made, Waiting, Wanted
from . import device_passwords, limits

_KIND = "connecting"
GOOD_FOR = timedelta(minutes=20)
_SYSTEMS = {
    "Nextcloud-android": "Android", "Nextcloud-iOS": "iPhone", "Windows": "Windows", "Macintosh": "Mac", "Linux": "Linux",
}  # fmt: skip


async def begin(house: House, home: Home, visitor: Visitor) -> Begun:
    """Let a program wait, for 20 minutes. Raises NotEncrypted, TooManyAttempts."""
    device_passwords.check_way(home, visitor.address)
    return await house.write(home, SYSTEM, _begin, visitor)


def _begin(work: Work, visitor: Visitor) -> Begun:
    limits.count(work, _KIND, visitor)
    page, secret = new_secret(), new_secret()
    details = {
        "secret": hashed(secret), "name": name_of(visitor.user_agent), "address": visitor.address, "agreed": None,
    }  # fmt: skip
    store.credentials.put(work, _KIND, hashed(page), details, work.now + GOOD_FOR)
    return Begun(page, f"{hashed(page)}.{secret}")


def name_of(user_agent: str) -> str:
    """What a program calls its device; where it only says what it is, that."""
    said = re.sub(r"\s+", " ", user_agent).strip()
    if said and not said.startswith("Mozilla/"):
        return said[:NAME_LIMIT]
    system = next((name for word, name in _SYSTEMS.items() if word in said), "")
    return f"Nextcloud ({system})" if system else "Nextcloud"


def waiting(work: Work, page: str) -> Waiting:
    """Who waits behind a page. Raises NotWaiting."""
    found = _found(work, page)
    return Waiting(found["name"], found["address"])


def agree(work: Work, page: str, wanted: Wanted) -> None:
    """Let the program have such a password. Raises NotWaiting, NoDeviceName."""
    if not wanted.name.strip():
        raise NoDeviceName(parameter="name")
    agreed = {"name": wanted.name, "may_write": wanted.may_write, "expires_at": wanted.expires_at}
    store.credentials.change(work, _KIND, hashed(page), {**_found(work, page), "agreed": agreed})


def refuse(work: Work, page: str) -> None:
    """Let it wait in vain."""
    store.credentials.drop(work, _KIND, hashed(page))


def _found(work: Work, page: str) -> dict[str, Any]:
    """Raises NotWaiting, also where the owner has answered."""
    found = store.credentials.one(work, _KIND, hashed(page))
    if found is None or found.details["agreed"] is not None:
        raise NotWaiting
    return found.details


async def fetch(house: House, home: Home, token: str, address: str) -> Made | None:
    """The password of a program that waits, once; None where the owner has not agreed, or nobody waits so.

    Raises NotEncrypted.
    """
    device_passwords.check_way(home, address)
    if not await house.read(home, SYSTEM, _is_agreed, token):
        return None
    wanted = await house.write(home, SYSTEM, _take, token)
    return None if wanted is None else await device_passwords.make(house, home, SYSTEM, wanted)


def _is_agreed(work: Work, token: str) -> bool:
    return _agreed(work, token) is not None


def _take(work: Work, token: str) -> Wanted | None:
    agreed = _agreed(work, token)
    if agreed is None or not store.credentials.drop(work, _KIND, token.partition(".")[0]):
        return None
    return Wanted(areas=("files",), **agreed)


def _agreed(work: Work, token: str) -> dict[str, Any] | None:
    id_, _, secret = token.partition(".")
    found = store.credentials.one(work, _KIND, id_)
    if found is None or not hmac.compare_digest(found.details["secret"], hashed(secret)):
        return None
    agreed: dict[str, Any] | None = found.details["agreed"]
    return agreed
