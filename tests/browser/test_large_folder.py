"""A folder of thousands of things: pages of it, and no more in the browser than was looked at."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from tests.browser import samples
from tests.browser.conftest import visit
from tests.browser.drive import Drive, furnished, row, toast

pytestmark = pytest.mark.browser
MANY = 2_500
PAGE_BYTES = 1_000_000  # of two hundred lines, before compression


def crowded(work: Work) -> dict[str, str]:
    folder = files.create_folder(work, files.ROOT, "Everything").id
    for n in range(100):
        files.create_folder(work, folder, f"Folder {n}")
    for n in range(MANY - 100):
        files.create_file(work, folder, f"Scan {n}.txt", samples.content(b"page %d" % (n % 50)), "text/plain")
    return {"folder": folder}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("crowd"), crowded) as drive:
        yield drive


@pytest.mark.parametrize("sort", ["name", "-name", "-updated_at", "-size"])
def test_a_page_holds_no_more_than_it_shows(open_context, crowd, sort):
    page = crowd.come_in(open_context(java_script_enabled=False))
    answer = page.goto(f"{crowd.folder('folder')}?sort={sort}")
    assert page.locator("tr[data-id]").count() == 200
    assert len(answer.body()) < PAGE_BYTES


def test_scrolling_loads_on(open_context, crowd):
    page = crowd.come_in(open_context())
    visit(page, f"{crowd.folder('folder')}?sort=name")
    for least in range(400, 2_001, 200):
        page.locator("tr.more").scroll_into_view_if_needed()
        page.locator(f"tr[data-id]:nth-child({least})").wait_for(
            state="attached"
        )  # expect() reads it all aloud
    page.keyboard.press("Control+a")
    expect(page.locator("[data-count]")).to_have_text(re.compile(r"^[2-9]\d{3} items$"))


def test_a_page_in_the_middle_leads_both_ways(open_context, crowd):
    page = crowd.come_in(open_context(java_script_enabled=False))
    page.goto(f"{crowd.folder('folder')}?sort=name")
    expect(page.locator("tr[data-id]")).to_have_count(200)
    page.get_by_role("link", name="Show more").click()
    expect(row(page, "Scan 100.txt")).to_be_visible()
    page.get_by_role("link", name="Previous page").click()
    expect(row(page, "Folder 0")).to_be_visible()


def test_two_hundred_things_go_to_the_bin_together(open_context, crowd):
    page = crowd.come_in(open_context())
    visit(page, f"{crowd.folder('folder')}?sort=-name")
    page.locator("[data-all]").check(force=True)
    page.locator(".selbar").get_by_role("button", name="Bin").click()
    toast(page, "items moved to the bin.")
    page.get_by_role("button", name="Undo").click()
    toast(page, "200 items put back.")
    expect(page.locator("h2").first).to_have_text(f"{MANY} items")
