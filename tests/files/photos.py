"""Photos as cameras make them, a few pixels large."""

import io
import struct
from typing import Any

import pillow_heif
import pyvips
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

PLACE = {1: "N", 2: (48.0, 43.0, 30.0), 3: "W", 4: (3.0, 59.0, 6.0), 5: b"\0", 6: 12.5}
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>"""
SAID = """<dc:title><rdf:Alt><rdf:li xml:lang="fr">Le port</rdf:li><rdf:li xml:lang="x-default">The harbour</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>Brittany</rdf:li><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>"""


def photo(
    taken: str = "", *, offset: str = "", place: bool = False, orientation: int = 0, size: tuple[int, int] = (60, 40),
    kind: str = "JPEG", colour: str = "teal", tags: dict[int, Any] | None = None, own: dict[int, Any] | None = None,
    xmp: str = "",
) -> bytes:  # fmt: skip
    """A picture with what a camera says of it. taken: `2016:09:18 20:38:04`; tags, own: of the first and the second directory."""
    exif = Image.Exif()
    own = dict(own or {})
    if taken:
        own[0x9003] = taken
    if offset:
        own[0x9011] = offset
    if own:
        exif[0x8769] = own
    if place:
        exif[0x8825] = PLACE
    if orientation:
        exif[0x0112] = orientation
    for number, value in (tags or {}).items():
        exif[number] = value
    if kind == "TIFF" and xmp:
        exif[700] = xmp.encode()
    image, out = Image.new("RGB", size, colour), io.BytesIO()
    more: dict[str, Any] = {"xmp": xmp.encode()} if xmp else {}
    if kind == "PNG" and xmp:
        more = {"pnginfo": PngInfo()}
        more["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp)
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, exif=exif.tobytes(), **more)
    else:
        image.save(out, kind, exif=exif.tobytes(), **more)
    return out.getvalue()


def by_a_good_camera(**more: Any) -> bytes:
    """A picture with everything that cameras say of how it was taken."""
    tags = {0x010F: "Nikon", 0x0110: "Z 6", 0x4746: 4, 0x010E: "SONY DSC"}
    own = {
        0x829A: IFDRational(1, 250), 0x829D: IFDRational(28, 10), 0x8827: 400, 0x920A: IFDRational(50), 0xA405: 75,
        0x9204: IFDRational(-1, 3), 0x9209: 16, 0xA434: "NIKKOR Z 50mm", 0x9291: "25",
    }  # fmt: skip
    return photo("2016:09:18 20:38:04", tags=tags, own=own, **more)


def apple_note(**words: str) -> bytes:
    """A maker note of Apple's. words: burst, live."""
    numbers = {"burst": 0x0B, "live": 0x11}
    entries, texts = b"", b""
    after = 16 + 12 * len(words)
    for name, text in sorted(words.items()):
        entries += struct.pack(">HHII", numbers[name], 2, len(text) + 1, after + len(texts))
        texts += text.encode() + b"\0"
    return b"Apple iOS\0\0\1MM" + struct.pack(">H", len(words)) + entries + texts


def raw(jpeg: bytes, orientation: int = 1) -> bytes:
    """What a camera writes raw: a TIFF header, a small JPEG and a large one, and data that no program here can read."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHHHIII", 8, 2, 0x0112, 3, 1, orientation, 0, 0x0110, 2, 4, 0x58, 0)
    return (
        tiff
        + b"\x11" * 64
        + photo(size=(16, 12))
        + b"\x22" * 500
        + jpeg
        + b"\xff\xd8\xff\xc3"
        + b"\x33" * 900
    )


def scene(seed: int, width: int = 480, height: int = 320, quality: int = 90) -> bytes:
    """A picture like no other: soft spots, of that seed, as JPEG."""
    small = pyvips.Image.gaussnoise(6, 4, sigma=60, mean=128, seed=seed)
    other = pyvips.Image.gaussnoise(6, 4, sigma=60, mean=128, seed=seed + 10_000)
    colours = small.bandjoin([other, small]).cast("uchar").copy(interpretation="srgb")
    image = colours.resize(width / 6, vscale=height / 4, kernel="cubic")
    return bytes(image.jpegsave_buffer(Q=quality))


def opened(data: bytes) -> Image.Image:
    """A picture that came out."""
    pillow_heif.register_heif_opener()
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
