"""Living in the drive: with a mouse, on a phone, with keys alone, without scripts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, Route, expect

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.service import views
from tests.browser import samples
from tests.browser.conftest import DESK, PATIENCE_MS, PHONE, visit
from tests.browser.drive import Drive, child, furnished, lists, row, toast

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("drive"), samples.furnish) as drive:
        yield drive


@pytest.fixture
def playground(drive: Drive, request: pytest.FixtureRequest) -> str:
    """The address of a fresh folder with a few things in it."""
    name = request.node.name

    def play(work: Work) -> dict[str, str]:
        folder = files.create_folder(work, files.ROOT, name).id
        made = {f"{name}/": folder}
        for sub in ("Alpha", "Beta"):
            made[f"{name}/{sub}"] = files.create_folder(work, folder, sub).id
        for n, letter in enumerate("abcdef"):
            content = samples.content(letter.encode() * (n + 1) * 100)
            made[f"{name}/{letter}.txt"] = files.create_file(work, folder, f"{letter}.txt", content, "").id
        return made

    made = drive.do(play)
    assert isinstance(made, dict)
    drive.ids.update(made)
    return drive.folder(f"{name}/")


def menu(page: Page, name: str, item: str) -> None:
    """Choose from the menu of a line."""
    row(page, name).get_by_role("link", name=f"Actions: {name}").click()
    page.locator("#row-menu :is(a, button)", has_text=re.compile(rf"^\s*{item}\s*\S{{0,2}}\s*$")).click()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_one_makes_renames_moves_throws_away_and_gets_back(open_context, drive, playground, viewport):
    page = drive.come_in(open_context(viewport=viewport, has_touch=viewport is PHONE))
    visit(page, playground)
    here = playground.rpartition("/")[2]

    if viewport is DESK:
        page.get_by_role("link", name="New folder").first.click()
    else:
        page.locator(".fab").click()
        page.locator("#add-menu").get_by_text("New folder").click()
    question = page.get_by_role("dialog")
    question.get_by_label("Name of the folder").fill("Gam/ma")
    question.get_by_role("button", name="Create").click()
    expect(question.locator("[aria-invalid=true]")).to_be_focused()
    expect(question.get_by_label("Name of the folder")).to_have_value("Gam/ma")
    question.get_by_label("Name of the folder").fill("Gamma")
    question.get_by_role("button", name="Create").click()
    toast(page, "Folder created.")
    lists(page, "Alpha", "Beta", "Gamma", *(f"{c}.txt" for c in "abcdef"))

    menu(page, "a.txt", "Rename")
    question.get_by_label("New name").fill("b.txt")
    question.get_by_role("button", name="Rename").click()
    expect(question.locator("[aria-invalid=true]")).to_be_focused()
    question.get_by_label("New name").fill("first.txt")
    question.get_by_role("button", name="Rename").click()
    toast(page, "Renamed.")
    assert child(drive, here, "first.txt")

    menu(page, "first.txt", "Move")
    question.get_by_role("button", name="Gamma").click()
    question.get_by_role("button", name="Move here").click()
    toast(page, "1 item moved.")
    expect(row(page, "first.txt")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    toast(page, "Moved back.")
    expect(row(page, "first.txt")).to_be_visible()

    menu(page, "first.txt", "Copy")
    question.get_by_role("button", name="Copy here").click()
    toast(page, "1 item copied.")
    expect(row(page, "first (copy).txt")).to_be_visible()

    menu(page, "first.txt", "Move to the bin")
    toast(page, "Moved to the bin.")
    page.get_by_role("button", name="Undo").click()
    toast(page, "Put back.")
    expect(row(page, "first.txt")).to_be_visible()

    for name in ("b.txt", "Beta"):
        row(page, name).locator(".check").click()
    expect(page.locator("[data-count]")).to_have_text("2 items")
    page.locator(".selbar").get_by_role("button", name="Bin").click()
    toast(page, "2 items moved to the bin.")
    visit(page, f"{drive.origin}/my/drive/trash")
    row(page, "b.txt").locator(".check").click()
    page.locator(".selbar").get_by_role("button", name="Put back").click()
    toast(page, "Put back.")
    assert child(drive, here, "b.txt")
    row(page, "Beta").locator(".check").click()
    page.locator(".selbar").get_by_role("button", name="Erase for good").click()
    expect(question.get_by_role("link", name="Cancel")).to_be_focused()
    question.get_by_role("button", name="Erase for good").click()
    toast(page, "Erased for good.")
    expect(row(page, "Beta")).to_have_count(0)


def test_a_taken_name_asks_what_to_do(open_context, drive, playground):
    here = playground.rpartition("/")[2]
    drive.do(
        lambda work: files.create_file(
            work, drive.ids[f"{_name(drive, here)}/Alpha"], "c.txt", samples.content(b"there"), ""
        )
    )
    page = drive.come_in(open_context())
    visit(page, playground)
    row(page, "c.txt").drag_to(row(page, "Alpha"))
    page.get_by_role("radio", name="Keep both").check()
    page.get_by_role("button", name="Move here").click()
    toast(page, "1 item moved.")
    alpha = drive.ids[f"{_name(drive, here)}/Alpha"]
    assert child(drive, alpha, "c.txt")
    assert child(drive, alpha, "c (2).txt")


def _name(drive: Drive, folder_id: str) -> str:
    return next(name for name, id_ in drive.ids.items() if id_ == folder_id).rstrip("/")


def test_the_mouse_chooses_ranges_and_drags(open_context, drive, playground):
    page = drive.come_in(open_context())
    visit(page, playground)
    row(page, "b.txt").locator(".check").click()
    row(page, "e.txt").click(modifiers=["Shift"], position={"x": 500, "y": 20})
    expect(page.locator("[data-count]")).to_have_text("4 items")
    row(page, "c.txt").click(modifiers=["Control"], position={"x": 500, "y": 20})
    expect(page.locator("[data-count]")).to_have_text("3 items")
    row(page, "b.txt").drag_to(row(page, "Beta"))
    toast(page, "3 items moved.")
    lists(page, "Alpha", "Beta", "a.txt", "c.txt", "f.txt")
    row(page, "a.txt").drag_to(page.locator(".crumbs a").last)
    toast(page, "1 item moved.")
    undo = page.get_by_role("button", name="Undo")
    undo.hover()  # what is said stays while it is pointed at
    assert child(drive, files.ROOT, "a.txt")
    undo.click()
    toast(page, "Moved back.")


def test_a_finger_held_on_a_line_chooses(open_context, drive, playground):
    page = drive.come_in(open_context(viewport=PHONE, has_touch=True, is_mobile=True))
    visit(page, playground)
    spot = row(page, "a.txt").locator(".name a").bounding_box()
    assert spot is not None
    touch = page.context.new_cdp_session(page)
    point = {"x": spot["x"] + 20, "y": spot["y"] + 10}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.locator("[data-count]")).to_have_text("1 item")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    row(page, "b.txt").locator(".name a").tap()
    expect(page.locator("[data-count]")).to_have_text("2 items")
    assert page.url == playground


def landed(page: Page, text: str) -> None:
    """The next page is here, says so, and has the focus."""
    toast(page, text)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def found(page: Page, name: str) -> None:
    """The search shows this first."""
    expect(page.locator("#found .hits a").first).to_have_text(name)


def at(page: Page, name: str) -> None:
    """The line of a name has the focus."""
    expect(row(page, name).locator(".name a")).to_be_focused()


def test_keys_alone_do_it_all(open_context, drive, playground):
    page = drive.come_in(open_context())
    visit(page, playground)
    here = playground.rpartition("/")[2]
    keys = page.keyboard
    keys.press("ArrowDown")
    at(page, "Alpha")
    for _ in range(2):
        keys.press("ArrowDown")
    at(page, "a.txt")
    keys.press("F2")
    expect(page.get_by_label("New name")).to_be_focused()
    keys.type("alpha")
    keys.press("Enter")
    landed(page, "Renamed.")
    assert child(drive, here, "alpha.txt")

    for _ in range(4):
        keys.press("ArrowDown")
    at(page, "b.txt")
    keys.press("Space")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Shift+Space")
    expect(page.locator("[data-count]")).to_have_text("3 items")
    keys.press("Delete")
    landed(page, "3 items moved to the bin.")
    keys.press("Control+z")
    landed(page, "3 items put back.")
    keys.press("ArrowDown")
    at(page, "Alpha")
    keys.press("Control+a")
    expect(page.locator("[data-count]")).to_have_text("8 items")
    keys.press("Escape")
    expect(page.locator(".selbar")).to_be_hidden()

    for _ in range(3):
        keys.press("ArrowDown")
    at(page, "b.txt")
    keys.press("m")
    question = page.get_by_role("dialog")
    question.get_by_role("button", name="Beta").focus()
    keys.press("Enter")
    expect(question.get_by_role("button", name="Move here")).to_be_focused()
    keys.press("Enter")
    landed(page, "1 item moved.")
    assert child(drive, drive.ids[f"{_name(drive, here)}/Beta"], "b.txt")

    keys.press("ArrowDown")
    keys.press("i")
    expect(question).to_contain_text("Who sees it")
    keys.press("Escape")
    expect(question).to_have_count(0)
    page.locator("tr[data-name=Alpha] .name a").focus()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Alpha")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    keys.press("Backspace")
    expect(page.get_by_role("heading", level=1)).to_have_text(_name(drive, here))
    keys.press("/")
    keys.type("coast")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    found(page, "Coast path.pdf")


@contextmanager
def held(page: Page, address: str) -> Iterator[None]:
    """What is asked at an address comes only at the end. The page must know no service worker."""
    asked: list[Route] = []
    page.route(address, lambda route: asked.append(route))  # noqa: PLW0108 (Playwright marks what it calls)
    yield
    for _ in range(PATIENCE_MS // 10):
        if asked:
            break
        page.wait_for_timeout(10)
    assert asked, f"{address} is not asked for; on the page: {page.locator('body').inner_text()}"
    asked[0].continue_()
    page.unroute(address)


def test_a_page_that_is_seen_has_the_focus_already(open_context, drive, playground):
    page = drive.come_in(open_context())
    visit(page, drive.folder(f"{_name(drive, playground.rpartition('/')[2])}/Alpha"))
    page.evaluate(
        """() => { window.focused = new Promise((done) => new MutationObserver((_, watch) => {
             if (document.querySelector("main h1")?.textContent.trim() === "Alpha") return;
             watch.disconnect();
             const { port1, port2 } = new MessageChannel(); // the very next task
             port1.onmessage = () => done(document.activeElement.tagName);
             port2.postMessage("");
           }).observe(document.body, { childList: true, subtree: true })); }"""
    )
    page.keyboard.press("Backspace")
    assert page.evaluate("focused") == "H1"


def test_what_is_typed_while_a_page_comes_is_kept(open_context, drive, playground):
    page = drive.come_in(open_context(service_workers="block"))
    name = _name(drive, playground.rpartition("/")[2])
    visit(page, drive.folder(f"{name}/Alpha"))
    with held(page, playground):
        page.keyboard.press("Backspace")
        page.keyboard.press("/")
        page.keyboard.type("coa")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("st")
    expect(page.locator("#q")).to_have_value("coast")
    page.keyboard.press("Enter")
    found(page, "Coast path.pdf")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_keys_pressed_while_a_question_comes_are_for_the_question(open_context, drive, playground):
    page = drive.come_in(open_context(service_workers="block"))
    visit(page, playground)
    row(page, "a.txt").locator(".name a").focus()
    with held(page, "**/rename"):
        page.keyboard.press("F2")
        page.keyboard.type("me")  # m alone would move the file
    expect(page.get_by_label("New name")).to_have_value("me.txt")
    expect(page.get_by_label("New name")).to_be_focused()
    page.keyboard.type("lon")
    page.keyboard.press("Enter")
    landed(page, "Renamed.")
    expect(row(page, "melon.txt")).to_be_visible()


def test_the_page_that_was_chosen_last_is_the_one_that_shows(open_context, drive, playground):
    page = drive.come_in(open_context(service_workers="block"))
    visit(page, playground)
    alpha = drive.folder(f"{_name(drive, playground.rpartition('/')[2])}/Alpha")
    page.route(alpha, lambda route: None)
    with page.expect_request(alpha):
        page.get_by_role("link", name="Alpha", exact=True).click()
    with page.expect_event("requestfailed", lambda request: request.url == alpha):
        page.get_by_role("link", name="Beta", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Beta")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_everything_works_without_scripts(open_context, drive, playground, viewport, tmp_path: Path):
    page = drive.come_in(open_context(viewport=viewport, java_script_enabled=False))
    here = playground.rpartition("/")[2]
    page.goto(f"{playground}/new-folder")
    page.get_by_label("Name of the folder").fill("a/b")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Name of the folder")).to_have_value("a/b")
    page.get_by_label("Name of the folder").fill("Gamma")
    page.get_by_role("button", name="Create").click()
    expect(page.locator(".toasts")).to_contain_text("Folder created.")

    page.goto(f"{playground}/upload")
    (tmp_path / "new.txt").write_text("new")
    (tmp_path / "a.txt").write_text("another a")
    page.get_by_label("Files", exact=True).set_input_files([tmp_path / "new.txt", tmp_path / "a.txt"])
    page.get_by_text("Keep both").click()
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".toasts")).to_contain_text("2 files added.")
    lists(page, "Alpha", "Beta", "Gamma", "a (2).txt", *(f"{c}.txt" for c in "abcdef"), "new.txt")

    page.get_by_role("link", name="new.txt", exact=True).click()
    page.get_by_role("button", name="More actions").click()
    page.locator("#file-menu").get_by_text("Rename").click()
    page.get_by_label("New name").fill("newer.txt")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("newer.txt")
    page.get_by_role("button", name="More actions").click()
    page.locator("#file-menu").get_by_text("Add to favourites").click()
    marked = child(drive, here, "newer.txt")
    assert marked is not None
    assert views.is_favourite(marked)

    page.goto(playground)
    for name in ("newer.txt", "b.txt"):
        row(page, name).get_by_role("checkbox").check()
    page.locator(".selbar").get_by_role("button", name="Move").click()
    page.get_by_role("button", name="Gamma").click()
    page.get_by_role("button", name="Move here").click()
    expect(page.locator(".toasts")).to_contain_text("2 items moved.")
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "newer.txt")).to_be_visible()

    row(page, "newer.txt").get_by_role("checkbox").check()
    page.locator(".selbar").get_by_role("button", name="Bin").click()
    expect(page.locator(".toasts")).to_contain_text("Moved to the bin.")
    page.goto(f"{drive.origin}/my/drive/trash")
    row(page, "newer.txt").get_by_role("checkbox").check()
    page.locator(".selbar").get_by_role("button", name="Erase for good").click()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator(".toasts")).to_contain_text("Erased for good.")
    assert row(page, "newer.txt").count() == 0


def test_order_and_view_are_remembered(open_context, drive, playground):
    page = drive.come_in(open_context())
    visit(page, playground)
    page.get_by_role("button", name="Name").click()
    page.locator("#sort-menu").get_by_text("Largest first").click()
    expect(page.locator("[data-list] td.name a").nth(2)).to_have_text("f.txt")
    page.get_by_role("link", name="Show as a grid").click()
    expect(page.locator(".files.cells")).to_be_visible()
    visit(page, drive.folder("trip"))
    expect(page.locator(".files.cells")).to_be_visible()
    page.get_by_role("link", name="Show as a list").click()
    expect(page.locator(".files.cells")).to_have_count(0)
    visit(page, playground)
    lists(page, "Beta", "Alpha", *(f"{c}.txt" for c in "fedcba"))
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Size")


def test_versions_are_seen_kept_brought_back_and_erased(open_context, drive, playground):
    file_id = drive.ids[f"{_name(drive, playground.rpartition('/')[2])}/a.txt"]
    drive.do(lambda work: files.overwrite(work, file_id, samples.content(b"second"), "text/plain"))
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/file/{file_id}")
    expect(page.locator(".preview")).to_contain_text("second")
    page.get_by_role("link", name="1 previous version").click()
    page.get_by_role("link", name="See the version of").click()
    expect(page.locator(".preview")).to_contain_text("aaaa")
    page.get_by_role("button", name="Go back to it").click()
    toast(page, "This version is back")
    page.get_by_role("button", name="Keep", exact=True).click()
    toast(page, "This version will be kept.")
    page.get_by_role("link", name="Erase the version of").click()
    page.get_by_role("dialog").get_by_role("button", name="Erase for good").click()
    toast(page, "Version erased.")
    expect(page.get_by_text("No previous version")).to_be_visible()
    visit(page, f"{drive.origin}/my/file/{file_id}")
    expect(page.locator(".preview")).to_contain_text("aaaa")


def test_one_file_comes_as_it_is_and_more_as_an_archive(open_context, drive, playground, tmp_path: Path):
    page = drive.come_in(open_context(accept_downloads=True))
    visit(page, playground)
    row(page, "a.txt").get_by_role("link", name="Actions: a.txt").click()
    with page.expect_download() as one:
        page.locator("#row-menu").get_by_text("Download").click()
    assert one.value.suggested_filename == "a.txt"
    assert Path(one.value.path()).read_bytes() == b"a" * 100
    page.keyboard.press("Escape")
    for name in ("b.txt", "Alpha"):
        row(page, name).locator(".check").click()
    with page.expect_download() as more:
        page.locator(".selbar").get_by_role("button", name="Download").click()
    more.value.save_as(tmp_path / "got.zip")
    with ZipFile(tmp_path / "got.zip") as archive:
        assert archive.testzip() is None
        assert sorted(name.rstrip("/").rpartition("/")[2] for name in archive.namelist()) == [
            "Alpha",
            "b.txt",
        ]


def test_two_answers_to_one_question_do_not_lose_what_was_typed(open_context, drive, playground):
    page = drive.come_in(open_context())
    visit(page, f"{playground}/new-folder")
    page.get_by_label("Name of the folder").fill("Alpha")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Name of the folder")).to_have_value("Alpha")
    expect(page.locator("[aria-invalid=true]")).to_be_focused()
    expect(page.locator(".error")).to_contain_text("already has that name")
