"""Albums are the documented doctype: documents, to which files refer."""

import pytest

from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.photos import service as photos
from cozy.rooms.photos.errors import BadAlbumName, NoAlbum
from cozy.rooms.photos.service import albums

ALBUMS = "io.cozy.photos.albums"


def test_an_album_is_a_document_to_which_its_photos_refer(work, photo):
    id_ = photo("a.jpg", "2026-07-01T10:00:00Z")
    album = albums.create(work, "  Brittany  2026 ", [id_, id_, "no-photo"])
    body = documents.fetch(work, ALBUMS, album.id).body
    assert body["name"] == "Brittany 2026"
    assert body["created_at"] == "2026-07-18T14:02:00.000000Z"
    assert files.fetch(work, id_).body["referenced_by"] == [{"type": ALBUMS, "id": album.id}]
    assert (album.count, album.cover and album.cover.id) == (1, id_)


def test_an_album_that_an_app_made_is_shown_as_well(work, photo):
    made = documents.create(work, ALBUMS, {"name": "By the app", "created_at": "2026-01-02T03:04:05.678Z"})
    files.refer(work, photo("a.jpg"), [files.Target(ALBUMS, made.id)])
    (album,) = albums.all_(work)
    assert (album.name, album.count) == ("By the app", 1)


def test_an_album_shows_its_photos_in_the_order_that_was_chosen(work, photo):
    ids = {name: photo(name, taken) for name, taken in (
        ("b.jpg", "2026-07-01T10:00:00Z"), ("c.jpg", "2026-07-02T10:00:00Z"), ("a.jpg", "2026-07-03T10:00:00Z"),
    )}  # fmt: skip
    album = albums.create(work, "Trip", list(ids.values()))
    names = {id_: name for name, id_ in ids.items()}

    def shown():
        return [names[id_] for id_ in albums.ids_in(work, album.id)]

    assert shown() == ["b.jpg", "c.jpg", "a.jpg"]
    albums.sort(work, album.id, "newest")
    assert shown() == ["a.jpg", "c.jpg", "b.jpg"]
    albums.sort(work, album.id, "name")
    assert shown() == ["a.jpg", "b.jpg", "c.jpg"]
    albums.move(work, album.id, [ids["c.jpg"]], ids["a.jpg"])
    assert shown() == ["c.jpg", "a.jpg", "b.jpg"]
    albums.put_in(work, album.id, [photo("later.jpg", "2020-01-01T10:00:00Z")])
    assert len(albums.ids_in(work, album.id)) == 4


def test_what_is_in_the_bin_is_in_no_album_until_it_comes_back(work, photo):
    id_ = photo("a.jpg")
    album = albums.create(work, "Trip", [id_])
    files.trash(work, id_)
    assert albums.ids_in(work, album.id) == []
    assert albums.one(work, album.id).cover is None


def test_a_photo_that_was_chosen_stands_for_the_album_while_it_is_in_it(work, photo):
    first, second = photo("a.jpg", "2026-07-01T10:00:00Z"), photo("b.jpg", "2026-07-02T10:00:00Z")
    album = albums.create(work, "Trip", [first, second])
    chosen = albums.choose_cover(work, album.id, second).cover
    albums.take_out(work, album.id, [second])
    left = albums.one(work, album.id).cover
    assert [each and each.id for each in (chosen, left)] == [second, first]


def test_an_album_can_be_renamed_and_deleted_and_its_photos_stay(work, photo):
    id_ = photo("a.jpg")
    album = albums.create(work, "Trip", [id_])
    assert albums.rename(work, album.id, "Journey").name == "Journey"
    albums.delete(work, album.id)
    assert "referenced_by" not in files.fetch(work, id_).body
    assert photos.rolls.fetch(work, id_).name == "a.jpg"
    with pytest.raises(NoAlbum):
        albums.one(work, album.id)


def test_an_album_needs_a_name(work):
    with pytest.raises(BadAlbumName):
        albums.create(work, "  ")


def test_photos_go_a_place_earlier_or_later_together(work, photo):
    ids = [photo(f"{n}.jpg", f"2026-07-0{n + 1}T10:00:00Z") for n in range(5)]
    album = albums.create(work, "Trip", ids)

    def stands() -> list[int]:
        return [ids.index(id_) for id_ in albums.ids_in(work, album.id)]

    albums.step(work, album.id, [ids[2]], -1)
    assert stands() == [0, 2, 1, 3, 4]
    albums.step(work, album.id, [ids[0], ids[1]], 1)
    assert stands() == [2, 3, 0, 1, 4]
    for _ in range(3):
        albums.step(work, album.id, [ids[4]], 1)
    albums.step(work, album.id, [ids[2]], -1)
    albums.step(work, album.id, ["not in it"], 1)
    assert stands() == [2, 3, 0, 1, 4]
