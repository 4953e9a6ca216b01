"""Nothing that somebody stored may run on the home's origin."""

import pytest

from cozy.kernel.blobs import INLINE_LIMIT

SCRIPT = b"<script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n"
EVIL_PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog /OpenAction <</S /JavaScript /JS (app.alert(1))>> >> endobj\n"


async def download(client, name, data, mime):
    params = {"Type": "file", "Name": name}
    answer = await client.post("/files/", params=params, content=data, headers={"content-type": mime})
    return await client.get(f"/files/download/{answer.json()['data']['id']}")


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [
        ("page.html", SCRIPT, "text/html"),
        ("page.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xhtml+xml"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        ("sheet.xml", b"<?xml version='1.0'?><a/>", "text/xml"),
        ("code.js", b"alert(1)", "text/javascript"),
        ("style.css", b"a { color: red }", "text/css"),
        ("what", b"whatever", "application/x-unheard-of"),
        ("mail.mht", b"MIME-Version: 1.0", "multipart/related"),
        ("picture.png", b"\n  " + SCRIPT, "image/png"),
        ("picture.png", b"\xef\xbb\xbf<!DOCTYPE html>" + SCRIPT, "image/png"),
        ("picture.gif", b"\xff\xfe" + "<html>".encode("utf-16-le"), "image/gif"),
        ("words.txt", b"<svg onload=alert(1)>", "text/plain"),
        ("words.txt", SCRIPT + b" " * INLINE_LIMIT, "text/plain"),
        ("bill.pdf", EVIL_PDF, "application/pdf"),
        ("bill.pdf", PDF + b" " * INLINE_LIMIT + EVIL_PDF, "application/pdf"),
        ("bill.pdf", SCRIPT, "application/pdf"),
    ],
)
async def test_what_may_run_is_only_saved_and_sandboxed(client, name, data, mime):
    answer = await download(client, name, data, mime)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "mime"),
    [("a.jpg", "image/jpeg"), ("a.mp4", "video/mp4"), ("a.mp3", "audio/mpeg"), ("a.txt", "text/plain")],
)
async def test_media_and_words_are_shown_in_a_sandbox(client, name, mime):
    answer = await download(client, name, b"\x00\x01harmless < tail", mime)
    assert answer.headers["content-disposition"].startswith("inline;")
    assert answer.headers["content-security-policy"] == "sandbox"


async def test_a_pdf_without_scripts_is_shown_by_the_browsers_own_viewer(client):
    answer = await download(client, "bill.pdf", PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("inline;")
    assert "content-security-policy" not in answer.headers


async def test_the_type_has_no_parameter_that_could_add_a_header(client):
    answer = await download(client, "a.txt", b"x", 'text/plain; charset="utf-7"')
    assert answer.headers["content-type"] == "text/plain"
