"""What the recipes make of pictures, films and documents, and read out of them."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pyvips

from cozy.backends.previewer import Worker
from cozy.kernel.previews import CannotDraw
from cozy.rooms.files.model import look_alike, parts_of
from tests.browser import samples
from tests.files.photos import SAID, XMP, apple_note, by_a_good_camera, opened, photo, raw, scene

SEPTEMBER = "2016:09:18 20:38:04"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20"><rect width="10" height="20" fill="%b"/>%b</svg>'
Ask = Callable[..., bytes]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """What a recipe makes of some bytes."""
    path = tmp_path_factory.mktemp("sources") / "source"
    worker = Worker()

    def ask(recipe: str, data: bytes, **options: Any) -> bytes:
        path.write_bytes(data)
        return worker.obey({"recipe": recipe, "path": str(path), **options})

    yield ask
    worker.stop()


def drawn(ask: Ask, data: bytes, kind: str, size: tuple[int, int] = (100, 100), **options: Any) -> Any:
    return opened(ask("picture", data, width=size[0], height=size[1], **{"crop": 0, "kind": kind, **options}))


def told(ask: Ask, data: bytes, recipe: str = "facts", **options: str) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(ask(recipe, data, **options))
    return known


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "PPM", "JPEG2000"]
)
def test_pictures_of_every_kind_are_drawn(ask, kind):
    assert drawn(ask, photo(kind=kind), "image").size == (60, 40)


@pytest.mark.parametrize("form", ["jpeg", "webp", "avif"])
def test_a_picture_comes_in_the_form_that_is_asked_for(ask, form):
    image = drawn(ask, samples.picture(0.3, 400, 200), "image", form=form)
    assert (image.format, image.size) == (form.upper(), (100, 50))


def test_a_drawing_is_as_large_as_it_is_wanted_and_leads_to_no_file(ask, tmp_path: Path):
    (tmp_path / "other.png").write_bytes(photo(kind="PNG", colour="red"))
    inside = f'<image href="{(tmp_path / "other.png").as_uri()}" width="10" height="20"/>'.encode()
    image = drawn(ask, SVG % (b"teal", inside), "svg", form="webp")
    assert image.size == (50, 100)
    red, green, _ = image.convert("RGB").getpixel((25, 50))
    assert red < 50 < green


def test_a_raw_picture_shows_the_largest_jpeg_inside_turned_as_the_file_says(ask):
    data = raw(samples.picture(0.3, 300, 200), orientation=6)
    assert drawn(ask, data, "raw").size == (67, 100)
    assert drawn(ask, data, "raw", (40, 40), crop=1).size == (40, 40)
    known = told(ask, data, kind="raw")
    assert (known["width"], known["height"], known["orientation"]) == (300, 200, 6)
    assert known["camera"] == {"model": "X"}
    with pytest.raises(CannotDraw, match="No picture"):
        drawn(ask, b"II*\0" + b"\x11" * 5000, "raw")


def test_films_pages_and_documents_with_a_picture_of_themselves_are_drawn(ask):
    assert drawn(ask, samples.film(), "film").size == (100, 75)
    assert drawn(ask, samples.pdf("One"), "pdf").height == 100
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("Thumbnails/thumbnail.png", photo(kind="PNG", size=(200, 100)))
    assert drawn(ask, out.getvalue(), "office").size == (100, 50)


def test_many_pictures_of_one_opening_and_what_it_looks_like(ask):
    looks = json.dumps([[96, 96, 1, "jpeg"], [640, 480, 0, "webp"], [128, 128, 0, "webp"]])
    head, _, data = ask("pictures", samples.picture(0.3, 2400, 300), looks=looks).partition(b"\n")
    said = json.loads(head)
    sizes = []
    for size in said["sizes"]:
        sizes.append(opened(data[:size]).size)
        data = data[size:]
    assert sizes == [(96, 96), (640, 80), (128, 16)]
    assert (len(said["likeness"]), data) == (56, b"")


def likeness(ask: Ask, data: bytes) -> str:
    head = ask("pictures", data, looks='[[512, 512, 0, "webp"]]').partition(b"\n")[0]
    return str(json.loads(head)["likeness"])


def test_what_looks_alike_is_known_in_every_size_and_quality_and_nothing_else(ask):
    ours = likeness(ask, scene(1, 1200, 800))
    for other in (scene(1, 300, 200), scene(1, 1200, 800, quality=30)):
        theirs = likeness(ask, other)
        assert look_alike(ours, theirs)
        assert min((a ^ b).bit_count() for a, b in zip(parts_of(ours), parts_of(theirs), strict=True)) <= 1
    assert not any(look_alike(ours, likeness(ask, scene(seed))) for seed in range(2, 12))
    assert not look_alike(likeness(ask, samples.picture(0.1)), likeness(ask, samples.picture(0.5)))
    assert likeness(ask, photo(size=(300, 200))) == ""


def test_a_camera_says_how_a_picture_was_taken(ask):
    known = told(ask, by_a_good_camera(offset="+02:00", place=True))
    assert known == {
        "width": 60, "height": 40, "taken_at": f"{SEPTEMBER}.25", "offset": "+02:00", "camera": {"make": "Nikon", "model": "Z 6"},
        "lens": "NIKKOR Z 50mm", "flash": "Did not fire", "rating": 4, "lat": 48.725, "long": -3.985, "alt": 12.5,
        "exposure": {
            "time": 0.004, "aperture": 2.8, "iso": 400, "focal_length": 50, "focal_length_35mm": 75, "bias": -0.333333,
        },
    }  # fmt: skip


def test_a_clock_without_zone_is_set_by_the_satellites(ask):
    from tests.files import photos

    seen = {**photos.PLACE, 7: (18.0, 38.0, 1.0), 0x1D: "2016:09:18"}
    data = photo(SEPTEMBER, tags={0x8825: seen})
    assert told(ask, data)["offset"] == "+02:00"
    assert "offset" not in told(ask, photo(SEPTEMBER, tags={0x8825: {**seen, 0x1D: "2016:09:12"}}))


def test_live_photos_and_bursts_are_known_by_what_they_share(ask):
    note = apple_note(burst="2B4D-11", live="6C1F-0022")
    known = told(ask, photo(SEPTEMBER, own={0x927C: note}))
    assert (known["burst"], known["live"]) == ("2B4D-11", "6C1F-0022")
    assert (
        told(ask, photo(xmp=XMP.format(attributes='GCamera:BurstID="b1-2"', elements="")))["burst"] == "b1-2"
    )


def test_the_film_of_a_motion_photo_is_found(ask):
    film = samples.film(1)
    google = photo(
        xmp=XMP.format(
            attributes=f'GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{len(film)}"', elements=""
        )
    )
    assert told(ask, google + film)["motion"] == {"start": len(google), "size": len(film)}
    samsung = photo() + b"MotionPhoto_Data"
    assert told(ask, samsung + film)["motion"]["start"] == len(samsung)
    assert "motion" not in told(ask, google + b"no film at all")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "TIFF"])
def test_people_say_more_of_a_picture_in_xmp(ask, kind):
    packet = XMP.format(
        attributes='xmp:Rating="5" xmp:CreateDate="2001-02-03T04:05:06" photoshop:City="Roscoff" photoshop:Country="France"'
        ' exif:GPSLatitude="48,43.5N" exif:GPSLongitude="3,59,6W"',
        elements=SAID,
    )
    known = told(ask, photo(SEPTEMBER, kind=kind, xmp=packet))
    assert (known["title"], known["keywords"], known["rating"]) == ("The harbour", ["Brittany", "sea"], 5)
    assert known["place"] == {"city": "Roscoff", "country": "France"}
    assert (known["lat"], known["long"], known["taken_at"]) == (48.725, -3.985, SEPTEMBER)
    alone = told(ask, packet.encode(), "sidecar")
    assert (alone["taken_at"], alone["title"]) == ("2001:02:03 04:05:06", "The harbour")


def test_hostile_texts_are_refused_or_cut(ask):
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    with pytest.raises(CannotDraw):
        told(ask, bomb, "sidecar")
    assert told(ask, photo(xmp=bomb.decode()))["width"] == 60
    long = XMP.format(attributes="", elements=SAID.replace("The harbour", "x" * 100_000))
    assert len(told(ask, photo(kind="PNG", xmp=long))["title"]) == 4_000


WHOLE = {"left": 0, "top": 0, "width": 1_000_000, "height": 1_000_000}


@pytest.mark.parametrize("orientation", range(9))
def test_a_jpeg_is_turned_without_touching_a_pixel(ask, orientation):
    before = photo(SEPTEMBER, orientation=orientation, size=(64, 32), place=True)
    shown = pyvips.Image.new_from_buffer(before, "").autorot().rot90()
    after = ask("edited", before, turn=90, **WHOLE)
    again = pyvips.Image.new_from_buffer(after, "").autorot()
    assert (again.width, again.height) == (shown.width, shown.height)
    assert opened(after).tobytes() == opened(before).tobytes()
    assert told(ask, after)["taken_at"] == SEPTEMBER
    assert ask("edited", ask("edited", after, turn=180, **WHOLE), turn=90, **WHOLE)[-500:] == before[-500:]


def test_a_jpeg_without_tags_gets_one(ask):
    before = samples.picture(0.3, 90, 60)
    after = ask("edited", before, turn=270, **WHOLE)
    assert (told(ask, after)["orientation"], len(after) - len(before) < 100) == (8, True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "TIFF", "AVIF"])
def test_what_is_cut_stays_of_its_kind_and_keeps_what_was_said_of_it(ask, kind):
    before = photo(
        SEPTEMBER,
        orientation=6 if kind != "HEIF" else 0,
        size=(128, 64),
        kind=kind,
        xmp=XMP.format(attributes="", elements=SAID),
    )
    after = ask("edited", before, turn=90, left=0, top=0, width=500_000, height=1_000_000)
    image = opened(after)
    assert image.format == kind
    assert image.size == ((32, 128) if kind == "HEIF" else (64, 64))
    known = told(ask, after)
    assert (known["taken_at"], known["title"], known.get("orientation", 1)) == (SEPTEMBER, "The harbour", 1)


def test_hardly_anything_is_lost_where_a_jpeg_is_cut(ask):
    before = samples.picture(0.3, 320, 240)
    after = ask("edited", before, turn=0, left=250_000, top=250_000, width=500_000, height=500_000)
    there = pyvips.Image.new_from_buffer(before, "").crop(80, 48, 160, 132)
    here = pyvips.Image.new_from_buffer(after, "")
    assert (here.width, here.height) == (160, 132)
    assert max(bytes((here - there).abs().cast("uchar").write_to_memory())) <= 12


def test_what_moves_or_would_vanish_is_not_cut(ask):
    frames = [opened(photo(kind="PNG", colour=colour)) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(CannotDraw, match="moves"):
        ask("edited", out.getvalue(), turn=90, **WHOLE)
    with pytest.raises(CannotDraw, match="Too little"):
        ask("edited", samples.picture(0.1), turn=0, left=0, top=0, width=1, height=1)
