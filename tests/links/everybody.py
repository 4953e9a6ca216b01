"""Whoever may stand before a folder that is shared, each with the token that they have: the owner, members, guests of links, nobody."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.links.service.making import Known
from cozy.rooms.permissions import service as permissions
from cozy.rooms.replication.service import tracking
from cozy.rooms.replication.service.scope import scope
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Credentials, Member, Rule, Sharing, Token
from cozy.rooms.sharing.service import letting_in
from tests.conftest import OWNER, Clock
from tests.links.conftest import code_of

KEY = bytes(range(16))  # that ids are turned by on their way to a member: its sixteen nibbles
WITH = ("reads and writes", "only reads", "pending", "revoked")  # the members, by their index less one


@dataclass(frozen=True)
class Person:
    """Somebody: what they prove themselves by, and by which addresses they come.

    drive, copies: the sharing that they are, were or shall be in, in either mode; cookies: of a browser that gave a password.
    """

    token: str = ""
    drive: str = ""
    copies: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """What goes along with each request of theirs."""
        held = {"authorization": f"Bearer {self.token}"} if self.token else {}
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return held | ({"cookie": said} if said else {})


@pytest.fixture
async def everybody(
    given: dict[str, str], share: Callable[..., Awaitable[Known]], house: House, home: Home, clock: Clock
) -> dict[str, Person]:
    """All of them, by name."""
    guests, withdrawn = await _guests(given, share)
    seen_through = guests["link with its password"].token
    link = await house.read(home, SYSTEM, permissions.of_code, seen_through)
    assert link is not None
    proof = {f"cozy-pass{link.id}": await house.read(home, SYSTEM, permissions.passwords.cookie_for, link.id)}
    guests["link with its password"] = replace(guests["link with its password"], cookies=proof)
    clock.advance(hours=2)
    await house.write(
        home, SYSTEM, lambda work: permissions.withdraw(work, permissions.fetch(work, withdrawn))
    )
    members = await house.write(home, OWNER, _members, given["Holidays"])
    token = await house.read(home, SYSTEM, auth.mint)
    return {"owner": Person(token), "stranger": Person(), **members, **guests}


async def _guests(
    given: dict[str, str], share: Callable[..., Awaitable[Known]]
) -> tuple[dict[str, Person], str]:
    """Those who have a link, and the id of the one that is about to be withdrawn."""
    holidays = given["Holidays"]
    made = {
        "link": await share("file", holidays),
        "link to change": await share("file", holidays, "change"),
        "link to look at": await share("file", holidays, "look"),
        "letter box": await share("file", holidays, "drop"),
        "link with its password": await share("file", holidays, password="tilleul"),
        "link without its password": await share("file", holidays, password="tilleul"),
        "ended link": await share("file", holidays, expires_at="2026-07-18T15:00:00Z"),
        "withdrawn link": await share("file", holidays),
        "link to another folder": await share("file", given["Secret"]),
    }
    return {name: Person(code_of(known)) for name, known in made.items()}, made["withdrawn link"].link.id


def _members(work: Work, folder: str) -> dict[str, Person]:
    """Those of a drive, whose codes open it, and those who have copies, whose homes are clients here."""
    drive = _shared(
        work, Rule("io.cozy.files", "Holidays", (folder,)), drive=True, drive_root_type="directory"
    )
    kept = Rule("io.cozy.files", "Holidays", (folder,), add="sync", update="sync", remove="sync")
    copies = _shared(work, kept, app_slug="drive", preview_path="/preview")
    held = {}
    for index, name in enumerate(WITH, 1):
        if name != "pending":
            drive, _ = _let_in(work, drive, index)
        held[f"of the drive, {name}"] = Person(
            sharings.inviting.code_of(work, drive, index, "share-interact"), drive=drive.id
        )
        token = sharings.inviting.code_of(work, copies, index, "share-preview")
        if name != "pending":
            copies, token = _let_in(work, copies, index)
        held[f"with copies, {name}"] = Person(token, copies=copies.id)
    _track(work, copies.id)
    for sharing in (drive, copies):
        sharings.ending.revoke_member(work, sharing.id, WITH.index("revoked") + 1)
    return held


def _track(work: Work, sharing_id: str) -> None:
    """Note what there is in the copies, as before the first member gets them."""
    within = scope(work, sharing_id)
    tracking.begin(work, within)
    for doctype, ids in tracking.met(work, within):
        tracking.look_at(work, [within], doctype, ids, is_first=True)


def _shared(work: Work, rule: Rule, **more: Any) -> Sharing:
    """A sharing of the owner's with one member of each sort."""
    owner = Member(status="owner", public_name="Alice", instance=work.origin)
    people = [
        Member(
            status="pending" if name == "pending" else "ready", public_name=name, email=f"{index}@example.org",
            instance=f"https://member{index}.example.org", read_only=name == "only reads",
        )
        for index, name in enumerate(WITH, 1)
    ]  # fmt: skip
    secrets = Credentials(state="s", xor_key=base64.b64encode(KEY).decode())
    made = Sharing(
        owner=True,
        active=True,
        rules=(rule,),
        members=(owner, *people),
        credentials=(secrets,) * len(people),
        **more,
    )
    return sharings.inviting.invite_all(work, sharings.keeping.create(work, made))


def _let_in(work: Work, sharing: Sharing, index: int) -> tuple[Sharing, str]:
    """The sharing once the home of a member is let in, and the token of that home."""
    member = sharing.members[index]
    answer, client = letting_in.let_in(
        work, sharing.id, name=member.called, address=member.instance, writes=not member.read_only
    )
    assert answer.access_token is not None
    theirs = Token(f"token{index}")  # for that home, which is not there
    secrets = changed(sharing.credentials[index - 1], inbound_client_id=client, access_token=theirs)
    kept = sharings.keeping.put(work, sharings.keeping.with_secrets(sharing, index, secrets))
    return kept, answer.access_token.access_token
