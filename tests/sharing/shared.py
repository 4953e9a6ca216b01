"""Sharings that are already there when a test of pages begins: documents as the two homes would have them by then."""

from __future__ import annotations

from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.sharing.model import Credentials, Member, Rule, Sharing
from cozy.rooms.sharing.model.ids import new_key
from cozy.rooms.sharing.service import keeping

FILES = "io.cozy.files"
BOB = Member(
    status="ready",
    name="Bob",
    public_name="Bob",
    email="bob@example.org",
    instance="http://bob.localhost:8080",
)
CAROL = Member(status="pending", name="Carol", email="carol@example.org")
ANA = Member(status="owner", public_name="Ana", email="ana@example.org", instance="http://ana.localhost:8080")


def rule(id_: str, title: str, **more: Any) -> Rule:
    return Rule(FILES, title, (id_,), add="sync", update="sync", remove="sync", **more)


def given_by_owner(work: Work, name: str = "Brittany", *members: Member, **more: Any) -> Sharing:
    """A folder of the owner's that is shared with these."""
    folder = files.create_folder(work, files.ROOT, name)
    alice = Member(status="owner", public_name="Alice", email="alice@example.org", instance=work.origin)
    made = Sharing(
        owner=True, active=True, description=name, app_slug="drive", created_at="2026-07-18T10:00:00Z",
        rules=(rule(folder.id, name),), members=(alice, *members),
        credentials=tuple(Credentials(state=f"state{n}", xor_key=new_key()) for n, _ in enumerate(members)), **more,
    )  # fmt: skip
    return keeping.create(work, made)


def given_to_owner(work: Work, name: str = "Roscoff", *, is_in: bool = False, **more: Any) -> Sharing:
    """A folder of Ana's, to which the owner was invited; is_in: and said yes."""
    folder = files.create_folder(work, files.ROOT, name).id if is_in else "0f" * 16
    here = Member(status="ready" if is_in else "pending", email="alice@example.org", instance=work.origin)
    told: dict[str, Any] = {"members": (ANA, here), "initial_number_of_files_to_sync": 42, **more}
    made = Sharing(
        active=is_in, description=name, app_slug="drive", created_at="2026-07-18T11:00:00Z", rules=(rule(folder, name),),
        credentials=(Credentials(state="abc", link="http://ana.localhost:8080/sharings/x/discovery?state=abc"),), **told,
    )  # fmt: skip
    return keeping.create(work, made)
