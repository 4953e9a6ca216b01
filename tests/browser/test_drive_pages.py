"""Every page of the drive: open to everybody (axe-core), on a desk by day and a phone by night; nothing from elsewhere."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from tests.browser import samples
from tests.browser.conftest import LOOKS, check, check_everywhere, look_like, visit
from tests.browser.drive import Drive, furnished, row

pytestmark = pytest.mark.browser
SCREENSHOT = Path(__file__).parents[2] / "docs/images/drive.png"


def lived_in(work: Work) -> dict[str, str]:
    """The sample home, with a file that was replaced."""
    ids = samples.furnish(work)
    files.overwrite(work, ids["ferry.py"], samples.content(samples.CODE.upper().encode()), "text/x-python")
    return ids


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("pages"), lived_in, quota=160_000) as drive:
        yield drive


def addresses(drive: Drive) -> list[str]:
    """Every kind of page."""
    trip = drive.folder("trip")
    files_shown = ["Sunset at the harbour.jpg", "Coast path.pdf", "Packing list.md", "ferry.py", "Walk in the woods.mp4",
                   "Music for the road.wav", "Old map.tiff.zip", "Blurred.jpg"]  # fmt: skip
    code = drive.file("ferry.py")
    here = f"{drive.origin}/my"
    return [
        here, f"{here}/drive", trip, f"{trip}?view=grid", f"{trip}?view=list", drive.folder("Taxes"),
        f"{here}/drive/recent", f"{here}/drive/favourites", f"{here}/search?q=coast", f"{here}/search?q=nowhere",
        f"{here}/drive/trash", f"{here}/settings/storage", f"{trip}/new-folder", f"{trip}/upload",
        f"{here}/drive/trash/empty", *(drive.file(name) for name in files_shown),
        f"{code}/versions", f"{code}/rename", f"{code}/move", f"{code}/copy", f"{code}/details",
    ]  # fmt: skip


def test_no_page_shuts_anybody_out(open_context, drive):
    context = open_context(reduced_motion="reduce")
    page = drive.come_in(context)
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('Content Security Policy', e.violatedDirective))"
    )
    elsewhere: list[str] = []
    errors: list[str] = []
    context.on(
        "request", lambda asked: elsewhere.append(asked.url) if _is_foreign(asked.url, drive) else None
    )
    context.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    for url in addresses(drive):
        visit(page, url)
        check_everywhere(page)
    for viewport, light in LOOKS:
        look_like(page, viewport, light)
        visit(page, drive.folder("trip"))
        row(page, "ferry.py").get_by_role("link", name="Actions: ferry.py").click()
        check(page)
        page.keyboard.press("Escape")
        row(page, "ferry.py").locator(".check").click()
        check(page)
        page.locator(".selbar").get_by_role("button", name="Move").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_css("opacity", "1")
        check(page)
    assert elsewhere == []
    assert errors == []


def test_a_first_visit_loads_few_files(open_context, drive):
    """Pictures, and what a list asks for once it is there, come on top."""
    for url in (f"{drive.origin}/my", f"{drive.origin}/my/drive", f"{drive.origin}/my/settings"):
        context = open_context()
        asked: list[str] = []

        def note(request: Request, asked: list[str] = asked) -> None:
            if not request.service_worker and request.resource_type not in {"image", "fetch"}:
                asked.append(request.url)

        context.on("request", note)
        page = drive.come_in(context)
        visit(page, url)
        page.wait_for_load_state("networkidle")
        assert len([each for each in asked if not each.endswith("/cozy.svg")]) <= 8, "\n".join(asked)


def _is_foreign(url: str, drive: Drive) -> bool:
    return urlsplit(url).netloc != urlsplit(drive.origin).netloc and urlsplit(url).scheme in {
        "http",
        "https",
        "ws",
        "wss",
    }


def test_a_home_that_is_almost_full_says_so(open_context, drive):
    page = drive.come_in(open_context())
    page.goto(f"{drive.origin}/my/settings/storage")
    expect(page.locator("main")).to_contain_text("Your home is almost full.")
    expect(page.locator(".kinds")).to_contain_text("Documents")
    page.goto(f"{drive.origin}/my")
    expect(page.locator("main")).to_contain_text("Your home is almost full.")


def test_a_picture_of_the_drive_for_the_readme(open_context, tmp_path_factory):
    if SCREENSHOT.exists() and "COZY_SCREENSHOTS" not in os.environ:
        return
    with furnished(tmp_path_factory.mktemp("picture"), samples.furnish, quota=5_000_000) as drive:
        page: Page = drive.come_in(
            open_context(viewport={"width": 1280, "height": 800}, device_scale_factor=1.5)
        )
        page.goto(f"{drive.folder('trip')}?sort=-updated_at", wait_until="networkidle")
        for name in ("Sunset at the harbour.jpg", "Coast path.pdf"):
            row(page, name).locator("input").dispatch_event("click")
        page.mouse.move(640, 20)
        SCREENSHOT.parent.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOT)
    assert SCREENSHOT.stat().st_size > 20_000
