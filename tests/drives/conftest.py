"""Alice shares a folder as a drive with Bob, whose home is on the same host: everything between them goes through the program."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.backends.disk import inline_content
from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.files import service as files
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.permissions.model import Rule as Leave
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import SHARINGS, Credentials, Member, Rule, Sharing
from tests.conftest import Client
from tests.neighbours.conftest import bob, browser, inside, lock, near, new_browser, owner
from tests.reader import Reader

__all__ = ["bob", "browser", "inside", "lock", "near", "new_browser", "owner"]
OWNER = Caller("owner", EVERYTHING)


@dataclass
class Drive:
    """A drive of Alice's, in which Bob is member number one."""

    house: House
    alice: Home
    bob: Home
    id: str
    root: str
    token: str  # Bob's, for Alice's home

    @property
    def path(self) -> str:
        return f"/sharings/drives/{self.id}"

    async def member(self, **changes: Any) -> None:
        """Let the owner know something else of Bob."""
        await self.house.write(self.alice, SYSTEM, _change, self.id, changes)
        if "read_only" in changes:
            await self.house.write(self.bob, SYSTEM, _change, self.id, changes)

    async def joined(self, at: str) -> None:
        """Let the owner's home have let Bob's in at another time."""

        def change(work: Work) -> None:
            sharing = sharings.fetch(work, self.id)
            secrets = replace(sharing.credentials[0], answered_at=at)
            sharings.keeping.put(work, sharings.keeping.with_secrets(sharing, 1, secrets))

        await self.house.write(self.alice, SYSTEM, change)

    async def meet(self) -> None:
        """Let Alice's home know Bob's by its key."""
        await neighbours.sure(self.house, self.alice, self.bob.origin)

    async def limited_app(self) -> str:
        """The token of a program of Bob's that may see one folder."""
        return await self.house.read(self.bob, SYSTEM, auth.mint, "io.cozy.files:ALL:some-folder")


def _change(work: Work, sharing_id: str, changes: dict[str, Any]) -> None:
    sharing = sharings.fetch(work, sharing_id)
    first, member, *others = sharing.members
    kept = sharings.keeping.put(work, replace(sharing, members=(first, replace(member, **changes), *others)))
    if changes.get("status") == "revoked":
        sharings.inviting.withdraw_codes(work, kept)


def _share(work: Work, root: str, bob: Home) -> tuple[Sharing, str]:
    """The owner's side of a drive whose member has said yes."""
    rule = Rule("io.cozy.files", "Team", (root,), add="none", update="none", remove="none")
    sharing = sharings.making.create(
        work,
        sharings.making.Wanted(rules=(rule,), description="Team", drive=True),
        sharings.making.Recipients(),
    )
    leave = Leave(SHARINGS, ("ALL",), (sharing.id,))
    let_in = auth.other_homes.let_in(work, name="Bob", address=bob.origin, rule=leave)
    member = Member(status="ready", public_name="Bob", email="bob@example.org", instance=bob.origin)
    secrets = Credentials(state="s", inbound_client_id=let_in.client.id)
    kept = sharings.inviting.invite_all(
        work,
        sharings.keeping.put(
            work, replace(sharing, members=(*sharing.members, member), credentials=(secrets,))
        ),
    )
    return kept, sharings.inviting.code_of(work, kept, 1, "share-interact")


def _join(work: Work, sharing: Sharing, token: str) -> None:
    """The member's side."""
    own = replace(sharing, rev="", owner=False, active=True, credentials=(Credentials(drive_token=token),))
    sharings.keeping.create(work, replace(own, id=""), id_=sharing.id)


@pytest.fixture
async def drive(near: House, home: Home, bob: Home) -> Drive:
    """`Team`, with `notes.txt` in it and, beside it, `private.txt`."""

    def fill(work: Work) -> str:
        root = files.create_folder(work, files.ROOT, "Team")
        files.create_file(work, root.id, "notes.txt", inline_content(b"hello team"), "text/plain")
        files.create_file(work, files.ROOT, "private.txt", inline_content(b"secret"), "text/plain")
        return root.id

    root = await near.write(home, OWNER, fill)
    sharing, token = await near.write(home, OWNER, _share, root, bob)
    await near.write(bob, SYSTEM, _join, sharing, token)
    return Drive(near, home, bob, sharing.id, root, token)


async def bearer(house: House, home: Home, token: str = "") -> Client:
    """A client of a home; with a token for everything unless another is given."""
    token = token or await house.read(home, SYSTEM, auth.mint)
    return Client(
        transport=httpx2.ASGITransport(serving(house)),
        base_url=home.origin,
        headers={"authorization": f"Bearer {token}"},
    )


@pytest.fixture
async def at_bob(drive: Drive) -> AsyncIterator[Client]:
    """An app of Bob's, in Bob's home."""
    async with await bearer(drive.house, drive.bob) as client:
        yield client


@pytest.fixture
async def at_alice(drive: Drive) -> AsyncIterator[Client]:
    """An app of Alice's, in Alice's home."""
    async with await bearer(drive.house, drive.alice) as client:
        yield client


@pytest.fixture
async def bobs_pages(drive: Drive) -> AsyncIterator[Reader]:
    """Bob's browser."""
    entered = await drive.house.write(drive.bob, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
    transport = httpx2.ASGITransport(serving(drive.house))
    async with Reader(
        transport=transport, base_url=drive.bob.origin, cookies={"cozy-session": entered.session}
    ) as reader:
        yield reader
