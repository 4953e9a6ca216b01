"""Netflix, Spotify, Twitter/X, LinkedIn."""

from tests.imports.silos import bodies, items, photos, picture


def test_netflix_in_its_short_and_its_long_table(tmp_path):
    files = {
        "NetflixViewingHistory.csv": 'Title,Date\n"Une série: Saison 1: Un","1/13/20"\n"Un film","2/1/20"\n',
        "CONTENT_INTERACTION/ViewingActivity.csv": (
            "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,Latest Bookmark,Country\n"
            "Ana,2020-01-02 03:04:05,00:20:00,,Un film,,TV,00:20:00,00:20:00,FR (France)\nAna,2020-01-02 03:04:05,00:00:10,,Annonce,TRAILER,TV,,,FR\n"
        ),
    }
    said = bodies(items(tmp_path, files)["netflix"])
    assert sorted((one["date"][:19], one["title"]) for one in said) == [
        ("2020-01-02T03:04:05", "Un film"), ("2020-01-13T00:00:00", "Une série: Saison 1: Un"), ("2020-02-01T00:00:00", "Un film"),
    ]  # fmt: skip


def test_spotify_of_a_year_and_of_always(tmp_path):
    files = {
        "MyData/StreamingHistory0.json": [
            {"endTime": "2020-01-02 03:04", "artistName": "A", "trackName": "T", "msPlayed": 90_000}
        ],
        "MyData/Streaming_History_Audio_2020_0.json": [
            {
                "ts": "2020-01-02T03:04:05Z",
                "ms_played": 1500,
                "master_metadata_track_name": None,
                "episode_name": "E",
                "episode_show_name": "S",
            }
        ],
        "MyData/Playlist1.json": {
            "playlists": [
                {
                    "name": "P",
                    "items": [
                        {"track": {"trackName": "T", "artistName": "A"}, "addedDate": "2020-01-02"},
                        {"track": None, "localTrack": {"uri": "spotify:local:Z%C3%A9:B:Un+air:90"}},
                    ],
                }
            ]
        },
        "MyData/YourLibrary.json": {
            "tracks": [{"artist": "A", "album": "B", "track": "T", "uri": "spotify:track:1"}],
            "albums": [{"artist": "A", "album": "B"}],
            "shows": [{"name": "S", "publisher": "P"}],
            "episodes": [{"name": "E", "show": "S"}],
            "artists": [{"name": "A"}],
        },
    }
    said = bodies(items(tmp_path, files)["spotify"])
    assert sorted((one["kind"], one["title"], one.get("by"), one.get("seconds")) for one in said) == [
        ("liked", "A", None, None), ("liked", "B", "A", None), ("liked", "E", "S", None), ("liked", "S", "P", None), ("liked", "T", "A", None),
        ("listed", "T", "A", None), ("listed", "Un air", "Zé", None), ("listened", "E", "S", 2), ("listened", "T", "A", 90),
    ]  # fmt: skip


def test_tweets_messages_and_pictures(tmp_path):
    files = {
        "data/tweets.js": 'window.YTD.tweets.part0 = [ {"tweet": {"id_str": "1", "created_at": "Thu Jan 02 03:04:05 +0000 2020", '
        '"full_text": "un &amp; deux https://t.co/x", "entities": {"urls": [{"url": "https://t.co/x", "expanded_url": "https://x.example/"}]}}} ]',
        "data/tweets_media/1-abc.jpg": picture("t"),
        "data/like.js": 'window.YTD.like.part0 = [{"like": {"tweetId": "9", "fullText": "bien", "expandedUrl": "https://t.example/9"}}]',
        "data/direct-messages.js": 'window.YTD.direct_messages.part0 = [{"dmConversation": {"conversationId": "1-2", "messages": '
        '[{"messageCreate": {"id": "5", "senderId": "2", "text": "salut", "createdAt": "2020-01-02T03:04:05.678Z"}}]}}]',
        "data/direct_messages_media/5-x.jpg": picture("d"),
    }
    found = items(tmp_path, files)["twitter"]
    said = {one.get("kind", "message"): one for one in bodies(found)}
    assert said["published"]["title"] == "un & deux https://x.example/"
    assert said["published"]["date"] == "2020-01-02T03:04:05.000000Z"
    assert said["liked"]["url"] == "https://t.example/9"
    assert (said["message"]["author"], said["message"]["text"], said["message"]["attachments"]) == (
        "2",
        "salut",
        ["Twitter/Messages/5-x.jpg"],
    )
    assert photos(found)["Twitter/1-abc.jpg"].metadata["datetime"] == "2020-01-02T03:04:05.000000Z"


def test_people_and_messages_of_linkedin(tmp_path):
    files = {
        "Connections.csv": (
            'Notes:\n"When exporting your connection data, you may notice…"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\n'
            "Ana,Roux,https://l.example/ana,ana@x.example,Les Amis; Cie,Directrice,02 Jan 2020\n"
        ),
        "messages.csv": "CONVERSATION ID,CONVERSATION TITLE,FROM,TO,DATE,SUBJECT,CONTENT,FOLDER\n1,,Ana Roux,Bob,2020-01-02 03:04:05 UTC,,bonjour,INBOX\n",
    }
    found = items(tmp_path, files)["linkedin"]
    card = next(item.card for item in found if hasattr(item, "card"))
    assert "FN:Ana Roux\r\nEMAIL:ana@x.example\r\nORG:Les Amis\\; Cie\r\n" in card
    assert [(one["author"], one["text"], one["date"]) for one in bodies(found)] == [
        ("Ana Roux", "bonjour", "2020-01-02T03:04:05.000000Z")
    ]
