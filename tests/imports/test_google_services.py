"""The other services of Takeout: notes, mail, contacts, places, activities, lists, files."""

from tests.imports.conftest import bodies as documents
from tests.imports.silos import bodies, items, picture, unread, zipped

TOP = "Takeout"


def test_notes_of_keep_become_markdown_with_labels_and_what_hangs_on_them(tmp_path):
    note = {
        "color": "DEFAULT", "isTrashed": False, "isPinned": True, "isArchived": False, "title": "Courses",
        "listContent": [{"text": "lait", "isChecked": True}, {"text": "pain", "isChecked": False}],
        "labels": [{"name": "Maison"}], "attachments": [{"filePath": "abc.jpeg", "mimetype": "image/jpeg"}],
        "userEditedTimestampUsec": 1577934245000000, "createdTimestampUsec": 1577934000000000,
    }  # fmt: skip
    folder = f"{TOP}/Notizen"
    found = items(
        tmp_path,
        {
            f"{folder}/Courses.json": note, f"{folder}/Courses.html": "<html>", f"{folder}/abc.jpg": picture("n"),
            f"{folder}/Labels.txt": "Maison\n",
            f"{folder}/2020-01-01T00_00_00.json": {"isTrashed": True, "textContent": "jeté", "title": "", "userEditedTimestampUsec": 1},
        },
    )["google.keep"]  # fmt: skip
    by_path = {item.path: item for item in found}
    assert set(by_path) == {"Google Keep/Courses.md", "Google Keep/files/abc.jpg", "Google Keep/Bin/jeté.md"}
    kept = by_path["Google Keep/Courses.md"]
    assert kept.content.decode() == (
        "---\ntags: [Maison]\n---\n\n# Courses\n\n- [x] lait\n- [ ] pain\n\n![abc.jpg](files/abc.jpg)\n"
    )
    assert (kept.tags, kept.is_favourite, kept.modified) == (("Maison",), True, "2020-01-02T03:04:05.000000Z")


def test_mails_go_where_their_labels_say_and_are_as_they_were_sent(tmp_path):
    box = (
        b"From 1654@xxx Thu Jan 02 03:04:05 +0000 2020\r\nX-GM-THRID: 1\r\nX-Gmail-Labels: =?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,Import?=\r\n"
        b" =?UTF-8?Q?ant,Banque?=\r\nSubject: un\r\n\r\nBonjour\r\n\r\n>From here on\r\n\r\n"
        b"From 1655@xxx Thu Jan 02 03:04:05 +0000 2020\r\nX-GM-THRID: 2\r\nX-Gmail-Labels: Inbox,Unread\r\nSubject: deux\r\n\r\nFrom inside\r\n"
    )
    found = items(tmp_path, {f"{TOP}/Mail/All mail.mbox": box})["google.mail"]
    assert [mail.folder for mail in found] == ["Gmail/Banque", "Gmail/Inbox"]
    assert found[0].content.endswith(b"Bonjour\r\n\r\nFrom here on\n")
    assert found[1].content.endswith(b"From inside\n")
    assert found[0].source != found[1].source


def test_people_come_once_with_the_portrait_beside_them(tmp_path):
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Roux\r\nN:Roux;Ana;;;\r\nPHOTO:https://photos.example/a\r\nEND:VCARD\r\n"
    folder = f"{TOP}/Contacts"
    found = items(
        tmp_path,
        {
            f"{folder}/All Contacts/All Contacts.vcf": card, f"{folder}/All Contacts/Ana Roux.jpg": picture("ana"),
            f"{folder}/My Contacts/My Contacts.vcf": card,
        },
    )["google.contacts"]  # fmt: skip
    assert len(found) == 1
    assert "PHOTO;ENCODING=b;TYPE=JPEG:" in found[0].card
    assert "https:" not in found[0].card


def test_files_of_drive_stay_where_they_were(tmp_path):
    found = items(tmp_path, {f"{TOP}/Drive/Lettres/à Ana.docx": b"PK"}, {f"{TOP}/Drive/b.txt": "b"})[
        "google.drive"
    ]
    assert {item.path for item in found} == {"Google Drive/Lettres/à Ana.docx", "Google Drive/b.txt"}


def test_places_of_all_four_kinds_become_days_on_a_map(tmp_path):
    files = {
        f"{TOP}/Location History/Records.json": {
            "locations": [
                {"latitudeE7": 488566140, "longitudeE7": 23522219, "timestamp": "2020-01-02T03:04:05.678Z", "source": "WIFI"},
                {"latitudeE7": 488566150, "longitudeE7": 23522220, "timestampMs": "1577934246000"},
                {"latitudeE7": 488566150, "longitudeE7": 4294967295, "timestamp": "2020-01-03T00:00:00Z"},
                {"timestamp": "2020-01-04T00:00:00Z"},
            ]
        },
        f"{TOP}/Zeitachse/Semantic Location History/2020/2020_JANUARY.json": {
            "timelineObjects": [
                {
                    "placeVisit": {
                        "location": {"latitudeE7": 488566140, "longitudeE7": 23522219, "name": "Louvre", "address": "Paris"},
                        "duration": {"startTimestamp": "2020-01-05T10:00:00Z", "endTimestamp": "2020-01-05T11:00:00Z"},
                    }
                },
                {
                    "activitySegment": {
                        "startLocation": {"latitudeE7": 488566140, "longitudeE7": 23522219},
                        "endLocation": {"latitudeE7": 488000000, "longitudeE7": 23000000},
                        "duration": {"startTimestampMs": "1578222000000", "endTimestampMs": "1578222600000"},
                        "activityType": "IN_BUS", "distance": 900,
                    }
                },
            ]
        },
        "Timeline.json": {
            "semanticSegments": [
                {
                    "startTime": "2024-05-01T10:00:00.000+02:00", "endTime": "2024-05-01T12:00:00.000+02:00",
                    "timelinePath": [{"point": "48.85°, 2.35°", "time": "2024-05-01T10:08:00.000+02:00"}],
                },
                {
                    "startTime": "2024-05-02T10:00:00.000+02:00", "endTime": "2024-05-02T12:00:00.000+02:00",
                    "visit": {"topCandidate": {"placeId": "x", "semanticType": "HOME", "placeLocation": {"latLng": "48.85°, 2.35°"}}},
                },
            ],
            "rawSignals": [],
        },
        "location-history.json": [
            {
                "startTime": "2025-05-01T10:00:00.000Z", "endTime": "2025-05-01T12:00:00.000Z",
                "timelinePath": [{"point": "geo:48.85,2.35", "durationMinutesOffsetFromStartTime": "90"}],
            },
        ],
    }  # fmt: skip
    said = bodies(items(tmp_path, files)["google.location"])
    assert [(one["title"], one["theme"], len(one["series"])) for one in said] == [
        ("2020-01-02", "points", 1), ("2020-01-03", "points", 1), ("2020-01-05", "timeline", 2),
        ("2024-05-01", "timeline", 1), ("2024-05-02", "timeline", 1), ("2025-05-01", "timeline", 1),
    ]  # fmt: skip
    assert said[0]["series"][0]["geometry"] == {
        "type": "LineString",
        "coordinates": [(2.3522219, 48.856614), (2.352222, 48.856615)],
    }
    assert said[1]["series"][0]["geometry"]["coordinates"][0] == -1e-07
    assert said[2]["series"][1]["properties"]["mode"] == "IN_BUS"
    assert said[5]["series"][0]["properties"]["times"] == ["2025-05-01T11:30:00.000000Z"]


PAGE = (
    '<html><head><style type="text/css">.mdl-grid{}</style></head><body><div class="mdl-grid">'
    '<div class="outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp"><div class="mdl-grid"><div class="header-cell mdl-cell">'
    '<p class="mdl-typography--title">YouTube<br></p></div><div class="content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1">'
    'Vous avez regardé\u00a0<a href="https://video.example/watch?v=a&amp;t=1">Un chat &amp; un chien</a><br><a href="https://c">Chaîne</a><br>'
    "2 janv. 2020, 04:04:05\u202fCET<br></div></div></div>"
    '<div class="outer-cell mdl-cell"><div class="mdl-grid"><div class="content-cell mdl-cell mdl-typography--body-1">'
    "Searched for x<br>quelque jour<br></div></div></div></div></body></html>"
)


def test_activities_come_from_json_pages_and_chrome(tmp_path):
    files = {
        f"{TOP}/YouTube et YouTube Music/historique/watch-history.html": PAGE,
        f"{TOP}/Mon activité/Recherche/MonActivité.json": [
            {
                "header": "Search",
                "title": "Searched for cats",
                "titleUrl": "https://s.example/?q=cats",
                "time": "2020-01-02T03:04:05.678Z",
            },
        ],
        f"{TOP}/Chrome/History.json": {
            "Browser History": [
                {
                    "title": "A",
                    "url": "https://a.example/",
                    "time_usec": 1577934245000000,
                    "page_transition": "LINK",
                }
            ]
        },
    }
    said = bodies(items(tmp_path, files)["google.activity"])
    assert [(one.get("date", ""), one["title"], one["kind"]) for one in said] == [
        ("2020-01-02T03:04:05.000000Z", "Vous avez regardé Un chat & un chien", "youtube"),
        ("", "Searched for x", "activity"),
        ("2020-01-02T03:04:05.678000Z", "Searched for cats", "search"),
        ("2020-01-02T03:04:05.000000Z", "A", "visited"),
    ]
    assert said[0]["url"] == "https://video.example/watch?v=a&t=1"
    assert said[1]["said_date"] == "quelque jour"


def test_lists_of_videos_and_channels_are_read_in_any_language(tmp_path):
    top = f"{TOP}/YouTube und YouTube Music"
    files = {
        f"{top}/Abos/Abos.csv": "Kanal-ID,Kanal-URL,Kanaltitel\nUC0123456789012345678901,http://c.example,Eine\n",
        f"{top}/Playlists/Später-videos.csv": "Video-ID,Zeitstempel\nabcdefghijk,2020-01-02T03:04:05+00:00\n",
        f"{top}/Kanäle/Kanal.csv": "a,b\n1,2\n",
    }
    found = items(tmp_path, files)["google.youtube"]
    assert [(one["kind"], one["title"]) for one in bodies(found)] == [
        ("subscribed", "Eine"),
        ("listed", "abcdefghijk"),
    ]
    assert list(unread(found)) == [f"{top}/Kanäle/Kanal.csv"]


def test_a_history_that_breaks_off_keeps_what_came_before(tmp_path):
    files = {
        f"{TOP}/Location History/Records.json": '{"locations": [{"latitudeE7": 1, "longitudeE7": 1, "timestamp": "2020-01-02T00:00:00Z"}, {"lat'
    }
    found = items(tmp_path, files)["google.location"]
    assert unread(found) == {
        f"{TOP}/Location History/Records.json": "This file breaks off, or is not what its name says."
    }


def test_the_same_things_have_the_same_sources_in_the_next_archive(tmp_path):
    one = [
        {"header": "Search", "title": "a", "time": "2020-01-02T03:04:05Z"},
        {"header": "Search", "title": "a", "time": "2020-01-02T03:04:05Z"},
    ]
    more = [{"header": "Search", "title": "b", "time": "2021-01-02T03:04:05Z"}, *one]
    name = f"{TOP}/My Activity/Search/MyActivity.json"
    before = items(tmp_path, {name: one}, title="one")["google.activity"]
    after = items(tmp_path, {name: more}, title="two")["google.activity"]
    assert [item.source for item in after[1:]] == [item.source for item in before]
    assert len({item.source for item in after}) == 3


async def test_tasks_come_as_things_to_do_in_a_calendar_of_their_list(bring, inside, tmp_path):
    said = {
        "kind": "tasks#taskLists",
        "items": [
            {
                "kind": "tasks#tasks", "id": "l1", "title": "Maison", "items": [
                    {"id": "t1", "title": "Toit, et cave", "notes": "un\ndeux", "status": "completed", "updated": "2020-01-02T03:04:05.000Z",
                     "due": "2020-01-05T00:00:00Z", "completed": "2020-01-03T03:04:05Z"},
                    {"id": "t2", "title": "", "status": "needsAction"},
                ],
            }
        ],
    }  # fmt: skip
    body = await bring(zipped(tmp_path / "takeout.zip", {f"{TOP}/Tasks/Tasks.json": said}))
    assert (body.state, body.left) == ("done", [])
    assert [one["name"] for one in await inside(documents, "io.cozy.calendars")] == ["Maison"]
