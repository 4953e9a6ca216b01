"""Documents of offices, drawn where LibreOffice is: in a box, each once, and known where they cannot be."""

import io
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cozy.kernel import running
from cozy.kernel.running import Program, office_program
from cozy.rooms.files.service import offices
from tests.browser import samples
from tests.files.photos import opened

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="boxes are made of what Linux has")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# A program that behaves as soffice does, as far as we use it, and as the document says.
FAKE = f"""#!{os.path.realpath(sys.executable)} -ISB
import os, sys, time
asked = open("document").read()
assert sys.argv[1] == "-env:UserInstallation=file://" + os.environ["HOME"] + "/profile"
assert sys.argv[-5:] == ["--convert-to", "pdf", "--outdir", ".", "document"]
if asked == "again" and not os.path.exists("begun"):
    open("begun", "w").close()
    sys.exit(81)
if asked == "endless":
    time.sleep(600)
if asked == "a link":
    os.symlink("/etc/hostname", "document.pdf")
elif asked != "broken":
    open("document.pdf", "wb").write({samples.pdf("From an office")!r})
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts a program of that text onto the PATH as soffice; "" for none."""
    folder = tmp_path / "office" / "program"
    folder.mkdir(parents=True)

    def install(text: str) -> None:
        (folder / "soffice").unlink(missing_ok=True)
        if text:
            (folder / "soffice").write_text(text)
            (folder / "soffice").chmod(0o755)
        office_program.cache_clear()

    monkeypatch.setenv("PATH", str(folder))
    yield install
    monkeypatch.undo()
    office_program.cache_clear()


def kept(house, home) -> list[str]:
    return sorted(each.key.partition("-")[2] for each in house.drawings.kept(home.id))


async def look(client, anonymous, links, size: str = "tiny"):
    return await anonymous.get(links[size])


async def test_a_document_is_turned_into_pages_once_and_then_into_every_picture(
    client, anonymous, house, home, office
):
    office(FAKE)
    links = (await client.upload("letter.docx", b"again"))["links"]
    assert opened((await look(client, anonymous, links)).content).size == (96, 96)
    office("#!/nowhere\n")
    large = await look(client, anonymous, links, "large")
    assert opened(large.content).height > 800
    assert kept(house, home) == ["office-large-jpeg", "office-pages-pdf", "office-tiny-jpeg"]


@pytest.mark.parametrize("why", ["broken", "endless", "a link"])
async def test_what_cannot_be_turned_into_pages_is_known_and_not_tried_again(
    client, anonymous, house, home, office, monkeypatch, why
):
    office(FAKE)
    monkeypatch.setattr(offices, "PATIENCE_S", 1.5)
    links = (await client.upload("letter.docx", why.encode()))["links"]
    assert (await look(client, anonymous, links)).json()["errors"][0]["code"] == "files.bad_picture"
    assert kept(house, home) == ["office-pages-pdf.broken", "office-tiny-jpeg.broken"]
    office("#!/nowhere\n")
    assert (await look(client, anonymous, links, "small")).status_code == 422


async def test_without_libreoffice_documents_have_no_pictures(client, house, office):
    office("")
    made = await client.upload("letter.docx", b"x")
    assert "tiny" not in made["links"]
    with pytest.raises(running.CannotRun, match="not installed"):
        house.boxes.check("office")


async def test_a_box_without_a_gateway_leads_nowhere_and_gives_what_was_wanted(house, home):
    script = b"import os; open('kept', 'w').write(str(os.path.exists(os.environ['COZY_GATEWAY'])))"
    program = Program(
        language="python",
        arguments=("run.py",),
        files=[("run.py", script)],
        wanted="kept",
        goes_out=False,
    )
    ended = await house.boxes.run(home, program, lambda line: None)
    assert (ended.code, ended.left) == (0, b"False")


def docx(text: str) -> bytes:
    """The least that is a letter (ECMA-376)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
            f'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="{MAIN}.main+xml"/></Types>',
        )
        parts.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{RELATION}" '
            'Target="word/document.xml"/></Relationships>',
        )
        parts.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:rPr><w:sz w:val="120"/></w:rPr><w:t>{text}</w:t></w:r></w:p>'
            "</w:body></w:document>",
        )
    return out.getvalue()


SHEET = """<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet" office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="A">
<table:table-row><table:table-cell office:value-type="string"><text:p>Rent</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document>"""


@pytest.mark.skipif(
    not office_program(), reason="LibreOffice is not installed (libreoffice-writer-nogui, -calc-nogui)"
)
@pytest.mark.parametrize(("name", "data"), [("letter.docx", docx("Dear Zoé")), ("rent.ods", SHEET.encode())])
async def test_libreoffice_itself_draws_letters_and_sheets(client, anonymous, name, data):
    links = (await client.upload(name, data))["links"]
    answer = await look(client, anonymous, links, "small")
    assert answer.status_code == 200, answer.text
    drawn = opened(answer.content).convert("L")
    assert drawn.getpixel((2, 2)) == 255
    assert min(drawn.tobytes()) < 120  # something is written there
