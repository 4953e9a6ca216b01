"""Archives that mean harm, or are broken: each format says what it cannot read, and goes on with the rest."""

import random

import pytest

from tests.imports.silos import items, raw, tree, understood
from tests.imports.takeouts import Size, entries

DEEP = "[" * 200_000
NAMES = {
    "Takeout/Google Photos/Photos from 2020/a.jpg.json": '{"photoTakenTime": ' + DEEP,
    "Takeout/Keep/a.json": DEEP,
    "Takeout/Location History/Records.json": '{"locations": [' + DEEP,
    "Takeout/Tasks/Tasks.json": '{"kind": "tasks#taskLists", "items": ' + DEEP,
    "Takeout/My Activity/MyActivity.json": '[{"header": "a", "title": "b", "time": "c"}, ' + DEEP,
    "messages/inbox/a/message_1.json": '{"participants": [], "messages": ' + DEEP,
    "posts/your_posts_1.json": DEEP,
    "StreamingHistory0.json": "[" + DEEP,
    "data/tweets.js": "window.YTD.tweets.part0 = " + DEEP,
    "notes.json": '{"activeNotes": ' + DEEP,
    "a.gpx": "<gpx>" + "<a>" * 100_000,
    "a.enex": "<en-export>" + "<note>" * 100_000,
    "camt.xml": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">' + "<Stmt>" * 100_000,
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_nested_without_end_is_said_or_left_as_a_file(tmp_path, name):
    with tree(tmp_path, {name: NAMES[name]}) as whole:
        found, left = understood(whole)
    kinds = {type(item).__name__ for part in found.values() for item in part}
    assert left == [name] or "NotUnderstood" in kinds


def test_nothing_at_all_in_a_file_stops_nothing(tmp_path):
    with tree(tmp_path, dict.fromkeys(NAMES, b"")) as whole:
        found, left = understood(whole)
    assert len(left) + sum(len(part) for part in found.values()) >= len(NAMES)


def test_a_takeout_with_a_byte_changed_here_and_there_comes_in_all_the_same(tmp_path):
    """Whatever a disk or a network did to small files: each is an item, or is said, or is left as a file."""
    chance = random.Random(3)
    small = Size(mails=3, notes=3, days=2, activities=5, contacts=3, events=2, files=2)
    whole = dict(entries(200_000, random.Random(1), small))
    for _ in range(12):
        broken = {name: _scratched(raw(content), chance) for name, content in whole.items()}
        with tree(tmp_path, broken) as found:
            parts, left = understood(found)
        assert sum(len(part) for part in parts.values()) + len(left) > 15


def _scratched(content, chance):
    for _ in range(3):
        if content and chance.random() < 0.5:
            at = chance.randrange(len(content))
            content = content[:at] + chance.randbytes(1) + content[at + 1 :]
    return content if chance.random() < 0.9 else content[: len(content) // 2]


def test_dates_and_numbers_that_are_none_are_left_out(tmp_path):
    point = {"latitudeE7": 10**12, "longitudeE7": "x", "timestamp": "2020-99-99"}
    huge = {"sender_name": "A", "timestamp_ms": 10**40, "content": "x"}
    files = {
        "Takeout/Location History/Records.json": {
            "locations": [point, None, [], {"latitudeE7": 1, "longitudeE7": 1, "timestampMs": "1e999"}]
        },
        "messages/inbox/a/message_1.json": {
            "participants": None,
            "title": None,
            "messages": [huge, None, {"timestamp_ms": True}],
        },
        "StreamingHistory0.json": [{"endTime": 7, "msPlayed": "x", "trackName": ["a"]}, 3],
        "ViewingActivity.csv": "Title,Date\nx,99/99/99\n",
        "a.qif": "!Type:Bank\nD\nT\n^\nT1e99999\nD1/1/1\n^\n",
    }
    found = items(tmp_path, files)
    assert set(found) == {"google.location", "meta.messages", "spotify", "netflix", "bank"}
