"""The owner's browser, holders of grants, each with a token, and links that they make."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.auth.service import tokens
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule, Type
from tests.conftest import Client


@pytest.fixture
def granted(house, home) -> Callable[..., Awaitable[Permission]]:
    """Gives a grant: `await granted("app", "recipes", rules, title="Recipes")`."""

    async def granted(*args, **kwargs) -> Permission:
        return await house.write(home, SYSTEM, lambda work: permissions.grant(work, *args, **kwargs))

    return granted


@pytest.fixture
def look(house, home):
    """What a service function says of the home."""

    async def look(fn, *args):
        return await house.read(home, SYSTEM, fn, *args)

    return look


AUDIENCE = {"app": "app", "konnector": "konn", "oauth": "access"}


def rules_of(scope: str) -> dict[str, Rule]:
    """`io.cozy.files:GET,POST:id:selector io.cozy.events` as rules."""
    rules = {}
    for number, part in enumerate(scope.split()):
        doctype, verbs, values, selector = [*part.split(":"), "", "", ""][:4]
        rules[f"rule{number}"] = Rule(
            doctype,
            tuple(filter(None, verbs.split(","))) if verbs != "ALL" else (),
            tuple(filter(None, values.split(","))),
            selector,
        )
    return rules


def token_for(work: Work, type_: Type, name: str, scope: str, **more: Any) -> str:
    """The token of a new holder of a grant."""
    given = permissions.grant(work, type_, name, rules_of(scope), **more)
    return tokens.signed(work, AUDIENCE[type_], name, grant=given.id)  # pyrefly: ignore


@pytest.fixture
async def as_(house, home) -> AsyncIterator[Callable[[str], Client]]:
    """`as_(token)`: a client that brings it."""
    clients: list[Client] = []

    def bearer(token: str) -> Client:
        headers = {"authorization": f"Bearer {token}"}
        clients.append(
            Client(transport=httpx2.ASGITransport(serving(house)), base_url=home.origin, headers=headers)
        )
        return clients[-1]

    yield bearer
    for client in clients:
        await client.aclose()


@pytest.fixture
def holder(house, home, as_) -> Callable[..., Awaitable[Client]]:
    """`await holder(scope, type, name)`: a client of somebody with a grant of their own."""

    async def holder(scope: str, type_: Type = "oauth", name: str = "phone", **more: Any) -> Client:
        return as_(await house.write(home, SYSTEM, token_for, type_, name, scope, **more))

    return holder


async def linked(client: Client, permissions: Any, status: int = 200, **params: Any) -> Any:
    """A new link's JSON:API resource; or the error, where a refusal is expected."""
    attributes = permissions if "permissions" in permissions else {"permissions": permissions}
    body = {"data": {"type": "io.cozy.permissions", "attributes": attributes}}
    answer = await client.post("/permissions", params=params, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()["data"] if status == 200 else answer.json()["errors"][0]
