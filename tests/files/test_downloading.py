"""GET /files/download…"""

import io

import pypdfium2 as pdfium
import pytest

from cozy.kernel.blobs import INLINE_LIMIT

SIZES = [10, INLINE_LIMIT + 10]


def data_of(size):
    return bytes(range(32, 42)) * (size // 10) + b"abcdefghi"[: size % 10]


@pytest.fixture(params=SIZES)
async def file(request, client):
    """A file that is kept in the database, then one that is kept beside it."""
    data = data_of(request.param)
    return {**await client.upload("me.txt", data), "data": data}


def url_of(file):
    return f"/files/download/{file['id']}"


async def test_a_file_is_sent_to_show(client, file):
    answer = await client.get(url_of(file))
    assert (answer.status_code, answer.content) == (200, file["data"])
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-length"] == str(len(file["data"]))
    assert answer.headers["content-disposition"] == 'inline; filename="me.txt"'
    assert answer.headers["etag"] == f'"{file["attributes"]["md5sum"]}"'
    assert answer.headers["accept-ranges"] == "bytes"


async def test_it_is_sent_to_save_when_asked(client, file):
    answer = await client.get("/files/download", params={"Path": "/me.txt", "Dl": "1"})
    assert answer.headers["content-disposition"] == 'attachment; filename="me.txt"'
    assert answer.content == file["data"]


async def test_head_tells_the_same_without_the_bytes(client, file):
    answer, head = await client.get(url_of(file)), await client.head(url_of(file))
    assert head.content == b""
    assert head.headers == answer.headers


@pytest.mark.parametrize(
    ("range_", "start", "stop"),
    [("bytes=0-2", 0, 3), ("bytes=4-", 4, None), ("bytes=-3", -3, None), ("bytes=2-99999999", 2, None)],
)
async def test_a_range_is_sent_alone(client, file, range_, start, stop):
    answer = await client.get(url_of(file), headers={"range": range_})
    assert (answer.status_code, answer.content) == (206, file["data"][start:stop])
    size, first = len(file["data"]), file["data"][start:stop]
    at = start % size
    assert answer.headers["content-range"] == f"bytes {at}-{at + len(first) - 1}/{size}"


@pytest.mark.parametrize(
    "range_", ["nimp", "bytes=5-2", "bytes=-", "bytes=x-y", "bytes=99999999-", "bytes=-0"]
)
async def test_a_range_that_makes_no_sense_is_refused(client, file, range_):
    answer = await client.get(url_of(file), headers={"range": range_})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(file['data'])}")


@pytest.mark.parametrize("range_", ["bytes=0-1,3-4", "lines=1-2"])
async def test_several_ranges_and_other_units_give_the_whole(client, file, range_):
    answer = await client.get(url_of(file), headers={"range": range_})
    assert (answer.status_code, answer.content) == (200, file["data"])


async def test_a_range_of_another_content_gives_the_whole(client, file):
    headers = {"range": "bytes=0-2", "if-range": '"another"'}
    assert (await client.get(url_of(file), headers=headers)).status_code == 200
    headers["if-range"] = f'"{file["attributes"]["md5sum"]}"'
    assert (await client.get(url_of(file), headers=headers)).status_code == 206


async def test_what_the_client_has_is_not_sent_again(client, file):
    etag = f'"{file["attributes"]["md5sum"]}"'
    for known in (etag, f'"x", W/{etag}', "*"):
        answer = await client.get(url_of(file), headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert (await client.get(url_of(file), headers={"if-none-match": '"x"'})).status_code == 200


@pytest.mark.parametrize(
    "since", ["", "Wed", "Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2300"]
)
async def test_a_date_that_is_none_is_no_condition(client, since):
    file = await client.upload("me.txt")
    answer = await client.get(f"/files/download/{file['id']}", headers={"if-modified-since": since})
    assert answer.status_code == 200


async def test_a_name_in_any_script_is_told_in_both_forms(client):
    file = await client.upload('naïve "x".txt')
    answer = await client.get(f"/files/download/{file['id']}")
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"na_ve _x_.txt\"; filename*=UTF-8''na%C3%AFve%20%22x%22.txt"
    )


async def test_what_is_not_there_is_not_sent(client):
    folder = await client.mkdir("folder")
    for url in ("/files/download/nothing", "/files/download?Path=/nothing", "/files/download"):
        assert (await client.get(url)).status_code == 404
    assert (await client.get(f"/files/download/{folder['id']}")).status_code == 400
    assert (await client.get("/files/download?Path=/folder")).status_code == 400


async def test_a_page_of_a_pdf_is_sent_alone(client):
    document = pdfium.PdfDocument.new()
    for width in (100, 200):
        document.new_page(width, 300)
    whole = io.BytesIO()
    document.save(whole)
    file = await client.upload("bill.pdf", whole.getvalue())
    answer = await client.get(f"/files/download/{file['id']}", params={"Page": "2"})
    page = pdfium.PdfDocument(answer.content)
    assert (answer.status_code, len(page), page[0].get_width()) == (200, 1, 200)
    for number in ("3", "0", "x"):
        refused = await client.get("/files/download", params={"Path": "/bill.pdf", "Page": number})
        assert (refused.status_code, refused.json()["errors"][0]["source"]) == (422, {"parameter": "Page"})


async def test_an_empty_file_is_sent(client):
    file = await client.upload("empty", b"")
    answer = await client.get(f"/files/download/{file['id']}")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
