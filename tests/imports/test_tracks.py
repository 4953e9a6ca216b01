"""Tracks: GPX, TCX, FIT, and Strava's archive of them."""

import gzip
import struct

from tests.imports.silos import bodies, items, unread

GPX = (
    '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:t="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
    "<trk><name>Le tour</name><type>running</type><trkseg>"
    '<trkpt lat="48.0" lon="2.0"><ele>30</ele><time>2020-01-02T03:04:05Z</time><extensions><t:TrackPointExtension><t:hr>140</t:hr>'
    '</t:TrackPointExtension></extensions></trkpt><trkpt lat="48.001" lon="2.0"><time>2020-01-02T03:05:05Z</time></trkpt>'
    '<trkpt lat="x" lon="2.0"/></trkseg></trk></gpx>'
)
TCX = (
    '   <?xml version="1.0"?><TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
    '<Activity Sport="Biking"><Lap StartTime="2020-01-02T03:04:05Z"><DistanceMeters>1200.5</DistanceMeters><Track><Trackpoint>'
    "<Time>2020-01-02T03:04:05Z</Time><Position><LatitudeDegrees>48</LatitudeDegrees><LongitudeDegrees>2</LongitudeDegrees></Position>"
    "<HeartRateBpm><Value>120</Value></HeartRateBpm></Trackpoint></Track></Lap></Activity></Activities></TrainingCenterDatabase>"
)
EPOCH = 631_065_600  # seconds from 1970 to 1989-12-31, where FIT begins to count


def fit():
    """A FIT file of two records, as its protocol lays them out: definition, data, data."""
    fields = ((253, 4, 0x86), (0, 4, 0x85), (1, 4, 0x85), (3, 1, 0x02))
    definition = struct.pack("<BBBHB", 0x40, 0, 0, 20, len(fields)) + b"".join(
        struct.pack("<BBB", *field) for field in fields
    )
    degrees = 2**31 / 180
    data = b"".join(
        struct.pack(
            "<BIiiB",
            0,
            1_577_934_245 - EPOCH + number,
            round((48 + number / 1000) * degrees),
            round(2 * degrees),
            130,
        )
        for number in range(2)
    )
    body = definition + data
    header = struct.pack("<BBHI4s", 12, 0x20, 2132, len(body), b".FIT")
    return header + body + b"\0\0"


def test_tracks_of_all_kinds_become_series_on_the_map_beside_their_files(tmp_path):
    files = {"a.gpx": GPX, "b.tcx": TCX, "c.fit": fit(), "d.gpx.gz": gzip.compress(GPX.encode())}
    found = items(tmp_path, files)["sport.tracks"]
    said = bodies(found)
    assert [(one["title"], one.get("sport"), one["startDate"], one["distance"]) for one in said] == [
        ("Le tour", "running", "2020-01-02T03:04:05.000000Z", 111), ("b", "Biking", "2020-01-02T03:04:05.000000Z", 1200),
        ("c", None, "2020-01-02T03:04:05.000000Z", 111), ("Le tour", "running", "2020-01-02T03:04:05.000000Z", 111),
    ]  # fmt: skip
    assert said[0]["series"][0]["geometry"]["coordinates"] == [[2.0, 48.0, 30.0], [2.0, 48.001]]
    assert said[2]["series"][0]["properties"]["heartRates"] == [130, 130]
    assert {item.path for item in found if hasattr(item, "path")} == {f"Activities/{name}" for name in files}


def test_the_archive_of_strava_names_its_tracks(tmp_path):
    table = 'Activity ID,Activity Date,Activity Name,Activity Type,Filename\n1,"Jan 2, 2020, 3:04:05 AM",Sortie du matin,Run,activities/1.gpx\n'
    said = bodies(items(tmp_path, {"activities.csv": table, "activities/1.gpx": GPX})["sport.tracks"])
    assert [(one["title"], one["sport"], one["source"]) for one in said] == [
        ("Sortie du matin", "Run", "strava.com")
    ]


def test_a_broken_track_is_kept_and_said(tmp_path):
    files = {"a.gpx": GPX[: GPX.index("</trkseg>")], "b.fit": fit()[:14], "c.gpx": GPX}
    found = items(tmp_path, files)["sport.tracks"]
    assert set(unread(found)) == {"a.gpx", "b.fit"}
    assert len(bodies(found)) == 1
