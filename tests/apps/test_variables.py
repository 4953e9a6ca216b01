"""What the page of an app is told of the home and its host."""

import html
import json
import re

import pytest
from msgspec.structs import replace

from cozy.kernel.home import Hosted
from cozy.rooms.homes import service as homes
from tests.apps.conftest import MINI, write_app
from tests.apps.test_serving import followed

PAGE = '<html><head>{{.Warnings}}</head><body data-cozy="{{.CozyData}}" data-flags="{{.Flags}}">{{.ContextName}}</body></html>'
TERMS = {"version": "2.0.0-20260801", "url": "https://example.org/terms?a=1&b=2"}
SCHOOL = {"features": {"of_school": True}, "terms": TERMS}


@pytest.fixture
def settings(settings):
    return replace(settings, contexts={"school": SCHOOL}, features={"everywhere": 1})


@pytest.fixture
def folder(tmp_path):
    write_app(tmp_path / "mini", MINI, {"index.html": PAGE})
    return tmp_path / "mini"


async def shown(owner):
    page = (await followed(owner, "/")).text
    attributes = dict(re.findall(r'data-(cozy|flags)="([^"]+)"', page))
    return page, {name: json.loads(html.unescape(value)) for name, value in attributes.items()}


async def test_an_app_is_told_flags_capabilities_and_context(house, home, owner):
    await house.write_host(
        homes.change, home.domain, hosted=Hosted("school", {"of_home": "x"}, terms="2.0.0-20260801")
    )
    page, told = await shown(owner)
    assert told["flags"] == told["cozy"]["flags"] == {"everywhere": 1, "of_school": True, "of_home": "x"}
    assert told["cozy"]["capabilities"]["file_versioning"] is True
    assert ">school</body>" in page
    assert "user-action-required" not in page


async def test_an_app_is_told_of_terms_that_will_be_due(house, home, owner):
    await house.write_host(homes.change, home.domain, hosted=Hosted("school"))
    page, _ = await shown(owner)
    meta = re.search(r'<meta name="user-action-required"([^>]*)>', page)
    assert meta is not None
    assert 'data-code="tos-updated"' in meta[1]
    assert 'data-links="https://example.org/terms?a=1&amp;b=2"' in meta[1]
