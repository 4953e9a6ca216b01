"""Google Photos in Takeout: sidecars in all the ways in which they have been named, albums, the bin, several parts."""

import pytest

from cozy.rooms.imports.formats.takeout.pairs import pair
from tests.imports.silos import items, photos, picture, tree, understood, unread


def sidecar(title, at=1_577_934_245, **said):
    return {
        "title": title,
        "description": "",
        "photoTakenTime": {"timestamp": str(at), "formatted": "2 janv. 2020, 03:04:05 UTC"},
        "geoData": {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0},
        "url": "https://photos.example/photo/1",
        **said,
    }


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("IMG_1.jpg", "IMG_1.jpg.json"),
        ("IMG_1(1).jpg", "IMG_1.jpg(1).json"),
        ("image(1).jpg", "image(1).jpg.json"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1(2).jpg", "IMG_1.jpg.supplemental-metadata(2).json"),
        ("Screenshot_20231027_123303_Chat.jpg", "Screenshot_20231027_123303_Chat.jpg.supplement.json"),
        ("Screenshot_20231027_123303_Chat(1).jpg", "Screenshot_20231027_123303_Chat.jpg.supple(1).json"),
        ("Screenshot_20231027_123303_Chat-edited.jpg", "Screenshot_20231027_123303_Chat.jpg.supple.json"),
        (
            "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINA.jpg",
            "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGIN.json",
        ),
        (
            "a-name-of-some-forty-four-letters-and-a-few.jpg",
            "a-name-of-some-forty-four-letters-and-a-few.jp.json",
        ),
        (
            "a-name-of-some-forty-four-letters-and-a-few(1).jpg",
            "a-name-of-some-forty-four-letters-and-a-few.jp(1).json",
        ),
        (
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg",
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json",
        ),
        (
            "😀😃😄😁😆😅😂🤣🥲😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛😜.jpg",
            "😀😃😄😁😆😅😂🤣🥲😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛.json",
        ),
        ("IMG_1-modifié.jpg", "IMG_1.jpg.json"),
        ("IMG_1-modifie\u0301.jpg", "IMG_1.HEIC.json"),
        ("IMG_1-bearbeitet(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1-編集済み.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1.MOV", "IMG_1.HEIC.json"),
        ("IMG_1(2).MP4", "IMG_1.HEIC.supplemental-metadata(2).json"),
        ("PXL_1.MP", "PXL_1.MP.jpg.json"),
        ("20030616.jpg", "20030616.json"),
        ("IMG_1.JPG", "img_1.jpg.json"),
    ],
)
def test_a_picture_finds_its_sidecar(name, beside):
    assert pair([name], [beside]) == {name: beside}


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("IMG_1(1).jpg", "IMG_1.jpg.json"),
        ("IMG_1.jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(1).jpg", "IMG_1.jpg(2).json"),
        ("IMG_2-edited.jpg", "IMG_1.jpg.json"),
        ("IMG_1.png", "IMG_1.jpg.json"),
    ],
)
def test_a_picture_does_not_take_the_sidecar_of_another(name, beside):
    assert pair([name], [beside]) == {}


def test_a_picture_with_its_own_sidecar_does_not_take_that_of_what_it_was_made_of():
    pairs = pair(["IMG_1.jpg", "IMG_1-edited.jpg"], ["IMG_1.jpg.json", "IMG_1-edited.jpg.json"])
    assert pairs == {"IMG_1.jpg": "IMG_1.jpg.json", "IMG_1-edited.jpg": "IMG_1-edited.jpg.json"}


def test_pictures_come_once_with_their_day_place_people_and_albums(tmp_path):
    year, album = "Takeout/Google Photos/Photos de 2020", "Takeout/Google Photos/Vacances à Brest"
    said = sidecar(
        "IMG_1.jpg", description="la plage", favorited=True, people=[{"name": "Ana"}],
        geoData={"latitude": 48.39, "longitude": -4.48, "altitude": 5.0},
    )  # fmt: skip
    found = items(
        tmp_path,
        {
            f"{year}/IMG_1.jpg": picture("1"),
            f"{album}/métadonnées.json": {"title": "Été à Brest", "date": {"timestamp": "0"}},
        },
        {f"{year}/IMG_1.jpg.supplemental-metadata.json": said, f"{album}/IMG_1.jpg": picture("1")},
    )["google.photos"]
    assert len(found) == 1
    photo = found[0]
    assert photo.path == "2020/IMG_1.jpg"
    assert photo.albums == ("Été à Brest",)
    assert photo.metadata == {
        "datetime": "2020-01-02T03:04:05.000000Z", "description": "la plage", "keywords": ["Ana"],
        "gps": {"lat": 48.39, "long": -4.48},
    }  # fmt: skip
    assert photo.is_favourite


def test_a_picture_of_an_album_alone_comes_from_there(tmp_path):
    album = "Takeout/Google Fotos/Mit Freunden"
    found = items(tmp_path, {f"{album}/a.jpg": picture("a"), f"{album}/a.jpg.json": sidecar("a.jpg")})[
        "google.photos"
    ]
    assert photos(found)["2020/a.jpg"].albums == ("Mit Freunden",)


def test_years_days_and_albums_without_a_name_are_no_albums(tmp_path):
    top = "Takeout/Google Foto"
    files = {}
    for folder in ("Foto dal 2020", "2019-05-07", "2019-05-07 #2", "Sans titre(3)"):
        files |= {
            f"{top}/{folder}/{folder}.jpg": picture(folder),
            f"{top}/{folder}/{folder}.jpg.json": sidecar(f"{folder}.jpg"),
        }
    files[f"{top}/Sans titre(3)/metadata.json"] = {"title": "", "access": ""}
    assert {photo.albums for photo in photos(items(tmp_path, files)["google.photos"]).values()} == {()}


def test_what_was_thrown_away_is_in_no_album(tmp_path):
    bin_ = "Takeout/Google Photos/Corbeille"
    found = items(
        tmp_path, {f"{bin_}/a.jpg": picture("a"), f"{bin_}/a.jpg.json": sidecar("a.jpg", trashed=True)}
    )
    photo = photos(found["google.photos"])["Google Photos (bin)/a.jpg"]
    assert photo.albums == ()


def test_a_name_that_was_cut_is_whole_again(tmp_path):
    year, title = (
        "Takeout/Google Photos/Photos from 2020",
        "a-very-long-name-of-a-picture-that-nobody-would-ever-type.jpg",
    )
    cut = f"{title[:47]}.jpg"
    found = items(tmp_path, {f"{year}/{cut}": picture("a"), f"{year}/{title[:46]}.json": sidecar(title)})
    assert list(photos(found["google.photos"])) == [f"2020/{title}"]


def test_a_sidecar_that_is_broken_or_alone_stops_nothing(tmp_path):
    year = "Takeout/Google Photos/Photos from 2020"
    found = items(
        tmp_path,
        {
            f"{year}/a.jpg": picture("a"), f"{year}/a.jpg.json": sidecar("a.jpg"),
            f"{year}/b.jpg": picture("b"), f"{year}/b.jpg.json": '{"title": "b.jp',
            f"{year}/c.jpg": picture("c"), f"{year}/c.jpg.json": sidecar("c.jpg", at="yesterday"),
            f"{year}/gone.jpg.json": sidecar("gone.jpg"), f"{year}/odd.json": {"some": "thing"},
        },
    )["google.photos"]  # fmt: skip
    assert sorted(photos(found)) == ["2020/a.jpg", "Photos from 2020/b.jpg", "Photos from 2020/c.jpg"]
    assert unread(found) == {
        f"{year}/gone.jpg.json": "Its picture is not in this archive.",
        f"{year}/odd.json": "It says nothing of a picture.",
    }


def test_folders_that_somebody_took_out_of_takeout_are_understood_and_nothing_else_beside(tmp_path):
    files = {
        "stuff/Photos from 2020/a.jpg": picture("a"), "stuff/Photos from 2020/a.jpg.json": sidecar("a.jpg"),
        "stuff/Brest/a.jpg": picture("a"), "stuff/Brest/metadata.json": {"title": "Brest"}, "stuff/letters/b.txt": "b",
    }  # fmt: skip
    with tree(tmp_path, files) as whole:
        found, left = understood(whole)
    assert left == ["stuff/letters/b.txt"]
    assert photos(found["google.photos"])["2020/a.jpg"].albums == ("Brest",)
