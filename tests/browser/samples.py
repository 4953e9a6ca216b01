"""Things to put into a home: pictures, a film, a sound, a PDF, texts, all made here, and files that mean harm."""

import io
import math
import struct
import wave
from datetime import timedelta
from fractions import Fraction
from typing import Literal

import av
import pyvips

from cozy.backends.disk import inline_content
from cozy.kernel.blobs import Content
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.files import service as files

CODE = '''"""How long the ferry takes."""

from datetime import timedelta

HARBOURS = {"Roscoff": 0, "Batz": 15}  # minutes


def crossing(start: str, end: str) -> timedelta:
    """The time between two harbours."""
    return timedelta(minutes=abs(HARBOURS[end] - HARBOURS[start]))
'''
NOTES = """# Brittany, July

## To bring

- waterproofs, *two* each
- the **map** of the coast path
- binoculars

| Day | Where | Bed |
| --- | --- | --- |
| Mon | Roscoff | Hôtel du Port |
| Tue | Batz | campsite |

> The ferry leaves at nine. Be there early.

See [the timetable](https://ferry.example/times), then `pack` again.
"""


def picture(hue: float, width: int = 900, height: int = 600) -> bytes:
    """A landscape of that hue, as JPEG: sky, sun, two lines of hills."""
    place = pyvips.Image.xyz(width, height)
    x, y = place[0] / width, place[1] / height
    sky = (y * 0 + hue).bandjoin([0.55 - y * 0.35, 0.78 + y * 0.2])
    from_sun = ((x - 0.7) * (width / height)) ** 2 + (y - 0.42) ** 2
    far = y > _wave(x, 9, hue * 20) * 0.05 + 0.62
    near = y > _wave(x, 5, 2 + hue * 9) * 0.06 + 0.78
    scene = (from_sun < 0.0081).ifthenelse([0.12, 0.35, 1.0], sky)
    scene = far.ifthenelse([(hue + 0.05) % 1, 0.5, 0.5], scene)
    scene = near.ifthenelse([(hue + 0.09) % 1, 0.6, 0.3], scene)
    image = (scene * 255).cast("uchar").copy(interpretation="hsv")
    return bytes(image.colourspace("srgb").jpegsave_buffer(Q=85))


def _wave(x: pyvips.Image, turns: float, start: float) -> pyvips.Image:
    return ((x * turns + start) * (180 / math.pi)).sin()


def film(seconds: int = 2, codec: Literal["mpeg4", "libvpx-vp9"] = "mpeg4") -> bytes:
    """A short film in which light moves, as MP4. codec: `libvpx-vp9` for one that every browser plays."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=Fraction(12))
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        place = pyvips.Image.xyz(320, 240)
        for n in range(12 * seconds):
            away = (place[0] - (60 + 8 * n)) ** 2 + (place[1] - 120) ** 2
            glow = (away**0.5 * -2 + 255).cast("uchar")
            frame = av.VideoFrame(320, 240, "rgb24")
            frame.planes[0].update(glow.bandjoin([glow, glow / 2]).cast("uchar").write_to_memory())
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


def sound(seconds: float = 1.0) -> bytes:
    """A soft tone, as WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        total = int(8000 * seconds)
        tone = (int(6000 * math.sin(n / 8000 * 440 * 2 * math.pi) * (1 - n / total)) for n in range(total))
        file.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return out.getvalue()


def pdf(*pages: str) -> bytes:
    """A PDF of one large line a page (PDF 1.4, hand-made)."""
    count = len(pages)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects.append(f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for n, text in enumerate(pages):
        drawing = f"BT /F1 28 Tf 60 740 Td ({text}) Tj ET 60 728 220 3 re f".encode()
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * n} 0 R/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%b\nendstream" % (len(drawing), drawing))
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for n, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % n + body + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


SCRIPT = "document.title='ran';fetch('/my/harm?'+document.cookie)"
HARMFUL: dict[str, tuple[bytes, str]] = {
    "page.html": (f"<!doctype html><h1>Hello</h1><script>{SCRIPT}</script><img src=x onerror=\"{SCRIPT}\">".encode(), "text/html"),
    "drawing.svg": (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90" onload="{SCRIPT}"><script>{SCRIPT}</script>'
        f'<rect width="90" height="90" fill="teal"/></svg>'.encode(),
        "image/svg+xml",
    ),
    "both.gif": (
        b"GIF89a/*\x00\x00\x00\x00\x00*/=1;" + SCRIPT.encode() + b"//<script>" + SCRIPT.encode() + b"</script>", "image/gif",
    ),
    "both.js": (b"GIF89a/*\x00\x00\x00\x00\x00*/=1;" + SCRIPT.encode(), "text/javascript"),
    "both.pdf": (pdf("Two at once") + f"<html><script>{SCRIPT}</script></html>".encode(), "application/pdf"),
    "page.pdf.html": (f"%PDF-1.4<html><script>{SCRIPT}</script></html>".encode(), "text/html"),
    "note.md": (
        f"# Hi\n<script>{SCRIPT}</script>\n[a](javascript:{SCRIPT}) ![b](x onerror={SCRIPT}) [c](/my/drive/trash/empty)\n".encode(),
        "text/markdown",
    ),
    "feed.xml": (f'<x:script xmlns:x="http://www.w3.org/1999/xhtml">{SCRIPT}</x:script>'.encode(), "text/xml"),
    "app.xhtml": (f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{SCRIPT}</script></html>'.encode(), "application/xhtml+xml"),
    "lying.png": (f"<!doctype html><script>{SCRIPT}</script>".encode(), "image/png"),
    "code.py": (f"x = '</code></pre><script>{SCRIPT}</script>'\n".encode(), "text/x-python"),
}  # fmt: skip


def furnish(work: Work) -> dict[str, str]:
    """Put a pleasant sample into a home; returns the ids of files and folders by name."""
    ids: dict[str, str] = {}
    age = iter(range(2, 400, 5))

    def folder(name: str, inside: str = files.ROOT) -> str:
        details = files.Details(
            created_at=iso(work.now - timedelta(days=90)), updated_at=iso(work.now - timedelta(days=4))
        )
        ids[name] = files.create_folder(work, inside, name, details).id
        return ids[name]

    def file(name: str, data: bytes, inside: str, mime: str = "") -> str:
        stamp = iso(work.now - timedelta(hours=next(age)))
        details = files.Details(created_at=stamp, updated_at=stamp)
        ids[name] = files.create_file(work, inside, name, content(data), mime, details).id
        return ids[name]

    trip = folder("Brittany 2026")
    folder("Tickets and bookings", trip)
    folder("Photos of Théo", trip)
    folder("Market recipes", trip)
    folder("House")
    folder("Taxes")
    file("Sunset at the harbour.jpg", picture(0.06), trip)
    file("Coast path.pdf", pdf("Coast path", "Second day", "Third day"), trip)
    file("Packing list.md", NOTES.encode(), trip, "text/markdown")
    file("Walk in the woods.mp4", film(), trip, "video/mp4")
    file("Lighthouse.jpg", picture(0.55), trip)
    file("Holiday budget.xlsx", b"PK\x03\x04" + b"0" * 48_000, trip,
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")  # fmt: skip
    file("Travel insurance.docx", b"PK\x03\x04" + b"1" * 310_00, trip,
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document")  # fmt: skip
    file("Music for the road.wav", sound(), trip, "audio/x-wav")
    file("ferry.py", CODE.encode(), trip, "text/x-python")
    file("Old map.tiff.zip", b"PK\x05\x06" + b"\0" * 18, trip, "application/zip")
    ids["trip"] = trip
    files.change(work, ids["Coast path.pdf"], files.Change(cozy_metadata={"favorite": True}))
    files.change(work, trip, files.Change(cozy_metadata={"favorite": True}))
    gone = file("Blurred.jpg", picture(0.8, 300, 200), trip)
    files.trash(work, gone)
    files.trash(work, folder("Drafts", trip))
    return ids


def content(data: bytes) -> Content:
    """Bytes, ready to be held by a file."""
    return inline_content(data)
