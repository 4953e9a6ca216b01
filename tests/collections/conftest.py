"""A kind of collections as small as can be: cards of lines `NAME:value`."""

import re
from datetime import UTC, datetime

import pytest

from cozy.app.wiring import PORTS
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import BadText
from cozy.rooms.collections.model import Reading, is_untouched, original_of
from cozy.rooms.collections.ports import Kind
from cozy.rooms.documents.ports import Doctype
from cozy.rooms.homes import service as homes
from tests.conftest import ALICE, OWNER

CARDS = "org.example.cards"
BOXES = "org.example.boxes"


class Cards:
    name = "cards"
    collections = BOXES
    doctypes = (CARDS,)
    members = frozenset({"title"})
    extension = ".card"
    media_type = "text/card"
    default = "box"
    components = ("CARD",)

    def __init__(self):
        self.seen = {}
        self.copies = set()
        self.gone = []

    def first(self, work):
        return {"name": "Box"}

    def parse(self, text):
        lines = dict(re.findall(r"^([A-Z-]+)[^:\r\n]*:(.*?)\r?$", text, re.MULTILINE))
        if "UID" not in lines:
            raise BadText(line=1)
        return Reading(
            CARDS, lines["UID"], lines.get("KIND", "CARD"), {"title": lines.get("TITLE", "")}, text
        )

    def settle(self, work, reading, current):
        return reading

    def read(self, work, doctype, id_, body):
        if body.get("hidden"):
            return None
        text = original_of(body) or f"UID:{id_}\r\nTITLE:\r\n"
        if not is_untouched(body, self.members):
            text = re.sub(r"TITLE:.*?\r", f"TITLE:{body.get('title', '')}\r", text)
        return self.parse(text)

    def is_copy(self, work, collection):
        return collection.id in self.copies

    def closed(self, work, collection):
        self.gone.append(collection)

    def indexed(self, work, entry, reading):
        self.seen[entry.collection, entry.name] = reading and reading.body["title"]


@pytest.fixture
def kind():
    return Cards()


@pytest.fixture
def work(db, kind):
    ports = {
        **PORTS,
        Kind: [kind],
        Doctype: [
            *PORTS[Doctype],
            Doctype(CARDS, follow=collections.follow),
            Doctype(BOXES, follow=collections.follow_collections),
        ],
    }
    now = datetime(2026, 7, 18, 14, 2, tzinfo=UTC)
    work = Work("home-1", "http://alice.localhost:8080", OWNER, now, db, Settings(), ports)
    homes.furnish(work, ALICE)
    return work


def card(uid="u1", title="Hello", more=""):
    return f"UID:{uid}\r\nTITLE:{title}\r\n{more}"
