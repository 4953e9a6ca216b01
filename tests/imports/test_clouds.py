"""Nextcloud's export and data folder, Apple's privacy export, Immich's folder."""

from tests.imports.silos import items, photos, picture, tree, understood, unread


def test_an_export_of_nextcloud_keeps_tags_stars_and_comments(tmp_path):
    files = {
        "migrator_versions.json": {"files": 1}, "user.json": {"uid": "ana"},
        "files/tags.json": {"/Lettres/a.odt": ["_$!<Favorite>!$_", "travail"]},
        "files/comments.json": {"/Lettres/a.odt": [{"actorId": "bob", "creationDateTime": "2020-01-02T03:04:05+0000", "message": "bien"}]},
        "files/systemtags.json": {"/Lettres/a.odt": {"12": "bail", "40": "travail"}}, "files/files/Lettres/a.odt": b"PK",
        "files_trashbin/files/b.txt.d1577934245": "b", "files_trashbin/locations.json": {"b.txt": {"1577934245": {"location": "."}}},
        "files/files_versions/Lettres/a.odt.v1577934245": b"P",
    }  # fmt: skip
    by_path = {item.path: item for item in items(tmp_path, files)["nextcloud.export"]}
    versions, bin_ = "Nextcloud (versions)/Lettres/a.odt.v1577934245", "Nextcloud (bin)/b.txt"
    assert set(by_path) == {"Lettres/a.odt", versions, bin_}
    kept = by_path["Lettres/a.odt"]
    assert (kept.tags, kept.is_favourite) == (("travail", "bail"), True)
    assert kept.metadata == {"comments": ["bob, 2020-01-02T03:04:05+0000: bien"]}


def test_calendars_and_cards_of_the_export_are_left_to_the_formats_of_their_own(tmp_path):
    with tree(
        tmp_path,
        {"migrator_versions.json": {}, "dav/calendars/a.ics": "BEGIN:VCALENDAR", "files/files/a": "a"},
    ) as whole:
        assert understood(whole)[1] == ["dav/calendars/a.ics"]


def test_a_data_folder_of_nextcloud_is_its_peoples_files_and_nothing_of_the_servers(tmp_path):
    files = {
        "data/.ocdata": "", "data/index.html": "", "data/nextcloud.log": "{}", "data/appdata_oc1/preview/1.jpg": picture("x"),
        "data/ana/files/a.txt": "a", "data/bob/files/b.txt": "b", "data/bob/files_versions/b.txt.v1": "b",
        "data/bob/files_trashbin/files/c.txt.d1577934245": "c",
    }  # fmt: skip
    found = items(tmp_path, files)["nextcloud.data"]
    assert {item.path for item in found} == {"ana/a.txt", "bob/b.txt", "bob/Nextcloud (bin)/c.txt"}


def test_pictures_of_apple_have_their_days_stars_and_albums_across_parts(tmp_path):
    head = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n"
    one, two = "iCloud Photos Part 1 of 2", "iCloud Photos Part 2 of 2"
    found = items(
        tmp_path,
        {
            f"{one}/Photos/Photo Details.csv": f'{head}IMG_1.HEIC,abc,yes,no,no,"Thursday January 2,2020 3:04 AM GMT",1,"Friday"\n',
            f"{one}/Photos/IMG_1.HEIC": picture("1"), f"{one}/Albums/Été.csv": "Images\nIMG_1.HEIC\nIMG_2.HEIC\n",
        },
        {
            f"{two}/Photos/Photo Details-1.csv": f'{head}IMG_2.HEIC,def,no,no,yes,"Thursday January 2,2020 3:04 PM GMT",1,"Friday"\n',
            f"{two}/Photos/IMG_2.HEIC": picture("2"), f"{two}/Photos/odd.bin": b"?",
        },
    )["apple.photos"]  # fmt: skip
    by_path = photos(found)
    assert set(by_path) == {"2020/IMG_1.HEIC", "iCloud (deleted)/IMG_2.HEIC"}
    first = by_path["2020/IMG_1.HEIC"]
    assert (first.albums, first.is_favourite, first.metadata) == (
        ("Été",),
        True,
        {"datetime": "2020-01-02T03:04:00.000000Z"},
    )
    assert list(unread(found)) == [f"{two}/Photos/odd.bin"]


def test_drive_and_notes_of_apple(tmp_path):
    files = {
        "iCloud Drive/Documents/a.pages": b"PK", "iCloud Notes/Notes/Courses/Courses-2020-01-02T03_04_05Z.txt": "Courses\nlait",
        "iCloud Notes/Notes/Courses/photo.jpg": picture("n"),
    }  # fmt: skip
    found = items(tmp_path, files)["apple.icloud"]
    assert {item.path for item in found} == {
        "iCloud Drive/Documents/a.pages", "iCloud Notes/Courses.md", "iCloud Notes/Courses/photo.jpg",
    }  # fmt: skip


def test_a_folder_of_immich_is_its_originals_with_their_sidecars(tmp_path):
    id_ = "01234567-89ab-cdef-0123-456789abcdef"
    files = {
        "immich/library/.immich": "", "immich/library/admin/2020/a.jpg": picture("a"), "immich/library/admin/2020/a.jpg.xmp": "<x/>",
        f"immich/upload/{id_}/aa/bb/b.jpg": picture("b"), "immich/thumbs/x/a.webp": b"", "immich/backups/db.sql.gz": b"",
        "immich/library/admin/notes.txt": "?",
    }  # fmt: skip
    found = items(tmp_path, files)["immich"]
    assert {item.path for item in found if hasattr(item, "path")} == {
        "2020/a.jpg",
        "2020/a.jpg.xmp",
        "b.jpg",
        "Immich/backups/db.sql.gz",
    }
    assert list(unread(found)) == ["immich/library/admin/notes.txt"]
