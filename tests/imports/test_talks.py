"""Conversations: WhatsApp in the languages of phones, Facebook and Instagram with their broken letters."""

import json

import pytest

from cozy.rooms.imports.formats.chats import whatsapp
from cozy.rooms.imports.service.trees import OnDisk, opened
from tests.imports.silos import bodies, items, photos, picture, understood, unread, zipped


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        (
            "[31/12/2020, 23:59:59] Ana: a\n[01/01/2021, 00:00:01] Bob: b\n",
            ["2020-12-31T23:59:59", "2021-01-01T00:00:01"],
        ),
        (
            "12/31/20, 11:59\u202fPM - Ana: a\n1/1/21, 12:05 AM - Bob: b\n",
            ["2020-12-31T23:59:00", "2021-01-01T00:05:00"],
        ),
        ("31/12/2020 à 23:59 - Ana: a\n", ["2020-12-31T23:59:00"]),
        ("31.12.20, 23:59 - Ana: a\n", ["2020-12-31T23:59:00"]),
        ("2020-12-31 23:59 - Ana: a\n", ["2020-12-31T23:59:00"]),
        ("2020. 12. 31. 23:59 - Ana: a\n", ["2020-12-31T23:59:00"]),
        ("2020/12/31 下午11:59 - Ana: a\n", ["2020-12-31T23:59:00"]),
        (
            "2020/12/31 上午12:05 - Ana: a\n2020/12/31 中午12:05 - Ana: a\n2020/12/31 晚上9:05 - Ana: a\n",
            ["2020-12-31T00:05:00", "2020-12-31T12:05:00", "2020-12-31T21:05:00"],
        ),
        ("2020. 12. 31. 오후 9:05 - Ana: a\n", ["2020-12-31T21:05:00"]),
        ("٣١\u200f/١٢\u200f/٢٠٢٠، ٩:٠٥ م - Ana: a\n", ["2020-12-31T21:05:00"]),
        ("31/12/20, 9:05 μ.μ. - Ana: a\n", ["2020-12-31T21:05:00"]),
        (
            "5/6/2021, 11:59 p. m. - Ana: a\n6/6/2021, 1:00 a. m. - Bob: b\n",
            ["2021-06-05T23:59:00", "2021-06-06T01:00:00"],
        ),
        ("31.12.2020 klo 9.05 - Ana: a\n", ["2020-12-31T09:05:00"]),
        ("3/4/21, 10:00 - Ana: a\n4/4/21, 10:00 - Bob: b\n", ["2021-04-03T10:00:00", "2021-04-04T10:00:00"]),
    ],
)
def test_the_dates_of_a_chat_are_read_as_its_phone_wrote_them(text, dates):
    assert whatsapp.is_chat(text)
    assert [one.date[:19] for one in whatsapp.messages(text)] == dates


def test_a_chat_comes_with_what_was_sent_in_it(tmp_path):
    text = (
        "\u200e[02/01/2020, 03:04:05] Ana: \u200eLes messages sont chiffrés\n[02/01/2020, 03:04:06] Ana: bonjour\nà tous\n"
        "[02/01/2020, 03:05:06] Bob: \u200e<pièce jointe : 00000003-PHOTO-2020-01-02-03-05-06.jpg>\n"
        "[02/01/2020, 03:06:06] Bob: \u200e<pièce jointe : gone.jpg>\n[02/01/2020, 03:07:06] Bob a quitté le groupe\n"
    )
    files = {"_chat.txt": text, "00000003-PHOTO-2020-01-02-03-05-06.jpg": picture("w")}
    found = items(tmp_path, files, title="WhatsApp Chat - Les amis")["whatsapp"]
    said = bodies(found)
    assert [(one.get("author", ""), one.get("text", "")) for one in said][1:] == [
        ("Ana", "bonjour\nà tous"), ("Bob", ""), ("Bob", ""), ("", "Bob a quitté le groupe"),
    ]  # fmt: skip
    assert {one["conversation"] for one in said} == {"Les amis"}
    assert said[2]["attachments"] == ["WhatsApp/Les amis/00000003-PHOTO-2020-01-02-03-05-06.jpg"]
    assert said[3]["missing"] == ["gone.jpg"]
    assert found[-1].path == "WhatsApp/Les amis/00000003-PHOTO-2020-01-02-03-05-06.jpg"


def broken(value):
    """JSON as Meta writes it: each byte of UTF-8 as a letter of its own."""
    text = json.dumps(value, ensure_ascii=False).encode().decode("latin-1")
    return "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in text)


def test_messages_of_facebook_have_their_letters_back(tmp_path):
    top = "facebook-ana/your_activity_across_facebook/messages"
    said = {
        "participants": [{"name": "Zoé"}, {"name": "Ana"}], "title": "Zoé", "thread_path": "inbox/zoe_1",
        "messages": [
            {
                "sender_name": "Zoé", "timestamp_ms": 1577934245678, "content": "déjà 🎉", "photos": [{"uri": f"{top[13:]}/inbox/zoe_1/photos/a.jpg"}],
                "reactions": [{"reaction": "❤", "actor": "Ana"}],
            },
            {"sender_name": "Ana", "timestamp_ms": "never", "content": "x"},
        ],
    }  # fmt: skip
    files = {
        f"{top}/inbox/zoe_1/message_1.json": broken(said),
        f"{top}/inbox/zoe_1/photos/a.jpg": picture("f"),
    }
    found = items(tmp_path, files)["meta.messages"]
    assert bodies(found) == [
        {
            "conversation": "Zoé", "date": "2020-01-02T03:04:05.678000Z", "author": "Zoé", "text": "déjà 🎉", "service": "Facebook",
            "attachments": ["Facebook/Zoé/a.jpg"], "thread": "inbox/zoe_1", "people": ["Zoé", "Ana"], "reactions": ["❤ Ana"],
        }
    ]  # fmt: skip
    assert found[1].path == "Facebook/Zoé/a.jpg"


def test_encrypted_messages_of_messenger_are_read_as_they_are(tmp_path):
    said = {
        "participants": ["Zoé", "Ana"], "threadName": "Zoé_7",
        "messages": [{"senderName": "Zoé", "timestamp": 1577934245678, "text": "déjà", "media": [{"uri": "./media/a.jpg"}], "type": "media"}],
    }  # fmt: skip
    found = items(tmp_path, {"Zoé_7.json": said, "media/a.jpg": picture("m")})["meta.messages"]
    assert [(one["conversation"], one["text"], one["attachments"]) for one in bodies(found)] == [
        ("Zoé", "déjà", ["Facebook/Zoé/a.jpg"])
    ]


def test_posts_and_pictures_have_their_days_places_and_albums(tmp_path):
    top = "facebook-ana/your_activity_across_facebook/posts"
    album = {
        "name": "Été", "photos": [
            {
                "uri": "your_activity_across_facebook/posts/media/a.jpg", "creation_timestamp": 1577934245, "title": "Été", "description": "la plage",
                "media_metadata": {"photo_metadata": {"exif_data": [{"latitude": 48.4, "longitude": -4.5, "taken_timestamp": 1577930000}]}},
            }
        ],
    }  # fmt: skip
    posts = [
        {
            "timestamp": 1577934245,
            "data": [{"post": "Bonne année"}],
            "attachments": [{"data": [{"external_context": {"url": "https://x.example"}}]}],
        }
    ]
    files = {
        f"{top}/your_posts__check_ins__photos_and_videos_1.json": broken(posts), f"{top}/album/0.json": broken(album),
        f"{top}/media/a.jpg": picture("p"), "facebook-ana/ads/ads.json": {"x": 1},
    }  # fmt: skip
    found = items(tmp_path, files)["meta.posts"]
    assert ("Bonne année", "https://x.example") in [(one["title"], one.get("url")) for one in bodies(found)]
    photo = photos(found)["Facebook/a.jpg"]
    assert photo.albums == ("Été",)
    assert photo.metadata == {
        "datetime": "2020-01-02T01:53:20.000000Z",
        "description": "la plage",
        "gps": {"lat": 48.4, "long": -4.5},
    }
    assert list(unread(found)) == ["facebook-ana/ads/ads.json"]


def test_posts_of_instagram_are_read_as_well(tmp_path):
    top = "instagram-ana/your_instagram_activity/media"
    posts = [
        {"media": [{"uri": "media/posts/202001/a.jpg", "creation_timestamp": 1577934245, "title": "déjà"}]}
    ]
    stories = {"ig_stories": [{"uri": "media/stories/b.jpg", "creation_timestamp": 1577934245, "title": ""}]}
    files = {
        f"{top}/posts_1.json": broken(posts), f"{top}/stories.json": broken(stories),
        "instagram-ana/media/posts/202001/a.jpg": picture("a"), "instagram-ana/media/stories/b.jpg": picture("b"),
    }  # fmt: skip
    found = items(tmp_path, files)["meta.posts"]
    assert [(one.get("title"), one["service"]) for one in bodies(found)] == [
        ("déjà", "Instagram"),
        (None, "Instagram"),
    ]
    assert set(photos(found)) == {"Instagram/a.jpg", "Instagram/b.jpg"}


def test_chats_dropped_together_stay_apart(tmp_path):
    handles = [
        OnDisk(zipped(tmp_path / f"WhatsApp Chat - {who}.zip", {"_chat.txt": f"[02/01/2020, 03:04:05] {who}: oui <attached: 1-PHOTO.jpg>\n", "1-PHOTO.jpg": picture(who)}))
        for who in ("Ana", "Bob")
    ]  # fmt: skip
    with opened(handles) as whole:
        found, left = understood(whole)
    assert left == []
    assert [(one["conversation"], one["attachments"]) for one in bodies(found["whatsapp"])] == [
        ("Ana", ["WhatsApp/Ana/1-PHOTO.jpg"]), ("Bob", ["WhatsApp/Bob/1-PHOTO.jpg"]),
    ]  # fmt: skip
    assert [item.path for item in found["whatsapp"] if hasattr(item, "path")] == [
        "WhatsApp/Ana/1-PHOTO.jpg",
        "WhatsApp/Bob/1-PHOTO.jpg",
    ]
