"""Which changes an `@event` trigger waits for (cozy-stack model/job/trigger_event_test.go)."""

from typing import Any

import pytest

from cozy.kernel.bus import Change
from cozy.rooms.jobs.model.rules import rules

FILES = "io.cozy.files"
PICTURE = {
    "class": "image",
    "mime": "image/jpg",
    "tags": ["sea", "sun"],
    "trashed": False,
    "metadata": {"pages": 3},
}
DONE = {"state": "done", "referenced_by": [{"type": "io.cozy.photos.albums", "id": "a1"}]}


def fits(arguments, verb: Any = "UPDATED", body=PICTURE, before=None, doctype=FILES):
    change = Change(verb, doctype, "id-1", "1-a", body, before or {})
    return any(rule.fits(change) for rule in rules(arguments))


@pytest.mark.parametrize(
    ("arguments", "change"),
    [
        ("io.cozy.files", {}),
        ("io.cozy.files:CREATED", {"verb": "CREATED"}),
        ("io.cozy.files:CREATED,UPDATED", {}),
        ("io.cozy.files:ALL", {"verb": "DELETED"}),
        ("io.cozy.files:UPDATED:id-1", {}),
        ("io.cozy.files:UPDATED:x,id-1", {}),
        ("io.cozy.files:UPDATED:image:class", {}),
        ("io.cozy.files::image:class", {}),
        ("io.cozy.files:UPDATED:sun:tags", {}),
        ("io.cozy.files:UPDATED:false:trashed", {}),
        ("io.cozy.files:UPDATED:3:metadata.pages", {}),
        ("io.cozy.files:UPDATED:io.cozy.photos.albums/a1:referenced_by", {"body": DONE}),
        ("io.cozy.files:DELETED:image/jpg:mime", {"verb": "DELETED", "body": {}, "before": PICTURE}),
        ("io.cozy.files:UPDATED:image:class", {"body": {"class": "text"}, "before": PICTURE}),
        ("io.cozy.files:UPDATED:!=:class", {"before": {"class": "text"}}),
        ("io.cozy.files:UPDATED:!=:class", {"before": {"name": "a"}}),
        ("io.cozy.files:CREATED:!=:class", {"verb": "CREATED"}),
        ("io.cozy.bank.operations:CREATED io.cozy.bank.bills:CREATED", {"doctype": "io.cozy.bank.bills", "verb": "CREATED"}),
    ],
)  # fmt: skip
def test_what_is_waited_for(arguments, change):
    assert fits(arguments, **change)


@pytest.mark.parametrize(
    ("arguments", "change"),
    [
        ("io.cozy.files", {"doctype": "io.cozy.files.versions"}),
        ("io.cozy.files:CREATED", {}),
        ("io.cozy.files:UPDATED:id-2", {}),
        ("io.cozy.files:UPDATED:audio:class", {}),
        ("io.cozy.files:UPDATED:image:nothing.there", {}),
        ("io.cozy.files:UPDATED:image:class.deep", {}),
        ("io.cozy.files:UPDATED:!=:class", {"before": {**PICTURE, "name": "b"}}),
        ("io.cozy.files:UPDATED:!=:tags", {"before": PICTURE}),
    ],
)
def test_what_is_not_waited_for(arguments, change):
    assert not fits(arguments, **change)


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        " ",
        "io.cozy.files:READ",
        "io.cozy.files:created",
        "a:b:c:d:e",
        ":CREATED",
        "!",
        "x " * 51,
    ],
)
def test_what_is_no_rule_is_refused(arguments):
    with pytest.raises(ValueError, match=r"\w"):
        rules(arguments)
