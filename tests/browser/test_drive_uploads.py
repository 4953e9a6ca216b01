"""Files come in: through the tray, over a connection that breaks, while one looks at other pages."""

import hashlib
import re
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from tests.browser import samples
from tests.browser.conftest import DESK, PHONE, Running, visit
from tests.browser.drive import Drive, child, lists, moved_in, row
from tests.browser.line import line_to

pytestmark = pytest.mark.browser
HOMES = count(1)
LARGE = 48 * 2**20


def nearly_empty(work: Work) -> dict[str, str]:
    inbox = files.create_folder(work, files.ROOT, "Inbox").id
    files.create_file(work, inbox, "known.txt", samples.content(b"here before"), "text/plain")
    return {"Inbox": inbox, "Elsewhere": files.create_folder(work, files.ROOT, "Elsewhere").id}


@pytest.fixture
def drive(running: Running) -> Drive:
    """A home of the test's own."""
    return moved_in(running, f"alice{next(HOMES)}.localhost", nearly_empty)


def choose(page: Page, *paths: Path) -> None:
    """By the button where there is room for one, else by the round one."""
    with page.expect_file_chooser() as chooser:
        if page.viewport_size == DESK:
            page.locator(".head").get_by_role("link", name="Upload files").click()
        else:
            page.locator(".fab").click()
            page.locator("#add-menu").get_by_text("Upload files").click()
    chooser.value.set_files(list(paths))


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_chosen_shows_up_in_the_folder(open_context, drive, tmp_path, viewport):
    page = drive.come_in(open_context(viewport=viewport))
    visit(page, drive.folder("Inbox"))
    for n in range(5):
        (tmp_path / f"Photo {n}.jpg").write_bytes(samples.picture(n / 5, 120, 90))
    choose(page, *(tmp_path / f"Photo {n}.jpg" for n in range(5)))
    for n in range(5):
        expect(row(page, f"Photo {n}.jpg")).to_be_visible()
    expect(row(page, "Photo 3.jpg").locator("img")).to_have_js_property("complete", value=True)


def test_a_broken_line_and_another_page_do_not_stop_an_upload(open_context, drive, tmp_path):
    sent = b"".join(hashlib.sha256(b"%d" % n).digest() * 1024 for n in range(LARGE // 32768))
    (tmp_path / "Film.mov").write_bytes(sent)
    with line_to(drive.port) as line:
        drive = replace(drive, origin=drive.origin.replace(f":{drive.port}", f":{line.port}"))
        page = drive.come_in(open_context())
        visit(page, drive.folder("Inbox"))
        line.jam_after(LARGE // 4)
        choose(page, tmp_path / "Film.mov")
        tray = page.locator("upload-tray")
        expect(tray.locator(".state")).to_have_text(re.compile(r"^[1-9]\d? %$"))
        line.cut()
        page.context.set_offline(True)
        expect(tray.locator(".state")).to_have_text("No connection")
        line.mend()
        page.context.set_offline(False)
        page.locator(".nav").get_by_role("link", name="Bin").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bin")
        expect(tray.locator(".state")).to_have_text(re.compile(r"^\d\d? %$"))
        expect(tray).to_contain_text("Film.mov")
        line.jam_after(None)
        expect(tray).to_contain_text("arrived", timeout=60_000)
        visit(page, drive.folder("Inbox"))
        expect(row(page, "Film.mov")).to_be_visible()
    film = child(drive, "Inbox", "Film.mov")
    assert film is not None
    assert film.sha256 == hashlib.sha256(sent).hexdigest()


@pytest.mark.parametrize(
    ("choice", "there"),
    [("Keep both", ["known (2).txt", "known.txt"]), ("Replace", ["known.txt"]), ("Skip", ["known.txt"])],
)
def test_a_known_name_is_the_persons_choice(open_context, drive, tmp_path, choice, there):
    page = drive.come_in(open_context())
    visit(page, drive.folder("Inbox"))
    (tmp_path / "known.txt").write_text("newer")
    choose(page, tmp_path / "known.txt")
    tray = page.locator("upload-tray")
    tray.get_by_role("button", name=choice).click()
    if choice == "Skip":
        expect(tray.locator("li")).to_have_count(0)
    else:
        expect(tray).to_contain_text("arrived")
    page.goto(drive.folder("Inbox"))
    lists(page, *there)
    kept = child(drive, "Inbox", "known.txt")
    assert kept is not None
    assert (kept.sha256 == hashlib.sha256(b"newer").hexdigest()) == (choice == "Replace")


def test_files_are_dropped_on_a_folder(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/drive")
    carried = page.evaluate_handle(
        """() => { const carried = new DataTransfer(); carried.items.add(new File(["dropped"], "note.txt", { type: "text/plain" })); return carried; }"""
    )
    row(page, "Elsewhere").dispatch_event("dragover", {"dataTransfer": carried})
    expect(row(page, "Elsewhere")).to_have_attribute("data-over", "")
    row(page, "Elsewhere").dispatch_event("drop", {"dataTransfer": carried})
    expect(page.locator("upload-tray")).to_contain_text("arrived")
    assert child(drive, "Elsewhere", "note.txt") is not None
