"""What a home says of a picture and the picture does not say itself, as XMP, which photo programs read beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_HEAD = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:digiKam="http://www.digikam.org/ns/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/\""""
_FOOT = """</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def sidecar(
    known: Mapping[str, Any], albums: Sequence[str], tags: Sequence[str], *, is_favourite: bool, original: str
) -> str:
    """The text of a sidecar; "" where there is nothing to say. original: the path of what it was before it was edited."""
    facts = dict(_facts(known, is_favourite=is_favourite, original=original))
    words = [*dict.fromkeys([*albums, *tags])]
    if not (albums or tags or is_favourite or original):
        return ""
    lines = [_HEAD + "".join(f"\n {name}={quoteattr(value)}" for name, value in facts.items()) + ">"]
    if words:
        lines.append(_bag("dc:subject", "Bag", words))
    if albums:
        lines.append(_bag("digiKam:TagsList", "Seq", [f"Albums/{album}" for album in albums]))
        lines.append(_bag("lr:hierarchicalSubject", "Bag", [f"Albums|{album}" for album in albums]))
    return "\n".join([*lines, _FOOT])


def _facts(known: Mapping[str, Any], *, is_favourite: bool, original: str) -> Iterator[tuple[str, str]]:
    if is_favourite:
        yield "xmp:Rating", "5"
    if original:
        yield "xmpMM:PreservedFileName", original
    taken = known.get("datetime")
    if isinstance(taken, str) and taken:
        yield "exif:DateTimeOriginal", taken
    place = known.get("gps")
    if isinstance(place, Mapping) and isinstance(place.get("lat"), int | float):
        lat, long = float(place["lat"]), float(place.get("long") or 0)
        yield "exif:GPSLatitude", _degrees(lat, "NS")
        yield "exif:GPSLongitude", _degrees(long, "EW")


def _degrees(value: float, sides: str) -> str:
    """XMP's GPSCoordinate: `48,51.3960N`."""
    minutes = round(abs(value) * 60, 6)
    return f"{int(minutes // 60)},{minutes % 60:.6f}{sides[value < 0]}"


def _bag(name: str, kind: str, words: Sequence[str]) -> str:
    items = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in words)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"
