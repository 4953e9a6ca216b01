"""caldav-server-tester, which the python library caldav is checked with, over the real program: what it finds, and nothing less."""

import os
import re
import subprocess

import pytest

from .program import DOMAIN, USER, client_program, running

FOUND = re.compile(r"^## (\S+)\nFeature support level found: (\S+)$", re.MULTILINE)
# Whatever is not found whole, and why that is right.
NOT_WHOLE = {
    "calendar-color.name": "colours are told in digits, as everybody writes them",
    "create-calendar.auto": "a calendar that nobody made is not there",
    "get-current-user-principal.has-calendar": "says that there is one",
    **dict.fromkeys(
        (
            "scheduling.auto-schedule",
            "scheduling.freebusy-query",
            "scheduling.mailbox.inbox-delivery",
            "scheduling.schedule-tag.stable-partstat",
        ),
        "is asked of homes of two people on one server",
    ),
    "scheduling": "is offered only where the host has set mail, and this one has not",
    "search.text.comp-type-optional": "a property of a calendar is none of its events (RFC 4791 §9.7.1)",
    "url.encode-at.identity": "two spellings of one address are one address",
    "url.encode-at.literal.principal": "our addresses hold no @",
    "well-known": "is not asked of an address without a name",
}


@pytest.mark.slow
def test_caldav_server_tester_finds_everything(tmp_path):
    program = client_program("caldav-server-tester")
    with running(tmp_path, areas=("calendars",)) as home:
        url = f"http://{DOMAIN}:{home.server.port}/dav/"
        done = subprocess.run(
            [program, "--caldav-url", url, "--caldav-username", USER, "--caldav-password", home.password, "--verbose", "--format", "text"],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300, env={**os.environ, "HOME": str(tmp_path)},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    found = dict(FOUND.findall(done.stdout))
    odd = {name: level for name, level in found.items() if level != "full"}
    assert odd.keys() <= NOT_WHOLE.keys(), odd
    assert len(found) > 90, done.stdout
