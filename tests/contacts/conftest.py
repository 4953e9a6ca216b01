"""People who are there already, and the owner's browser."""

from __future__ import annotations

import pytest

from cozy.rooms.collections import service as collections
from tests.conftest import OWNER

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:;;;;\r\n{more}END:VCARD\r\n"


def card(uid="u1", name="Ann", more=""):
    """A card; more: further lines."""
    return CARD.format(uid=uid, name=name, more=more)


def put(work, text, name="a.vcf"):
    """A phone sends a card."""
    return collections.items.put(work, "contacts", "contacts", name, text)[0]


def text_of(work, doctype, id_):
    """The card that phones get of a document."""
    (item,) = collections.items.of_ids(work, doctype, [id_])
    return item.text


@pytest.fixture
def on_page() -> str:
    return "/my/contacts"


@pytest.fixture
def look(house, home):
    """What a service function says of the home."""

    async def look(fn, *args, **kwargs):
        return await house.read(home, OWNER, fn, *args, **kwargs)

    return look


@pytest.fixture
def act(house, home):
    """Changes the home by a service function."""

    async def act(fn, *args, **kwargs):
        return await house.write(home, OWNER, fn, *args, **kwargs)

    return act
