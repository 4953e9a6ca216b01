"""What a file beside a picture says of it."""

import pytest

from tests.files.photos import SAID, XMP, photo
from tests.files.settling import settled

SEPTEMBER = "2016:09:18 20:38:04"
SIDECAR = XMP.format(
    attributes='xmp:Rating="3" exif:GPSLatitude="48,30.0N" exif:GPSLongitude="4,0.0W"', elements=SAID
)


@pytest.mark.parametrize("name", ["a.xmp", "a.jpg.xmp", "a.XMP"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_it_wins_whichever_came_first(client, house, home, name, is_first):
    files = [(name, SIDECAR.encode()), ("a.jpg", photo(SEPTEMBER, place=True))]
    made = {each: await client.upload(each, data) for each, data in (files if is_first else files[::-1])}
    await settled(house, home)
    known = (await client.get(f"/files/{made['a.jpg']['id']}")).json()["data"]["attributes"]["metadata"]
    assert (known["title"], known["rating"], known["sidecar"]) == ("The harbour", 3, made[name]["id"])
    assert known["gps"] == {"lat": 48.5, "long": -4.0}
    assert known["datetime"] == "2016-09-18T20:38:04.000000Z"


async def test_it_says_nothing_of_others(client, house, home):
    others = [await client.upload(name, photo(SEPTEMBER)) for name in ("a.b.jpg", "ab.jpg", "b.jpg")]
    await client.upload("a.xmp", SIDECAR.encode())
    await client.upload("b.xmp", b"no XML")
    await settled(house, home)
    for other in others:
        answer = (await client.get(f"/files/{other['id']}")).json()["data"]
        assert answer["meta"]["rev"] == other["meta"]["rev"]
