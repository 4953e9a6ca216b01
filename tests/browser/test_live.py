"""A list keeps up with what changes elsewhere, and leaves alone whoever is in the middle of something."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from tests.browser import samples
from tests.browser.conftest import visit
from tests.browser.drive import Drive, child, furnished, listen, lists, row

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("live"), samples.furnish) as drive:
        yield drive


@pytest.fixture
def folder(drive: Drive, request: pytest.FixtureRequest) -> str:
    """The id of a fresh folder with a file in it."""

    def make(work: Work) -> str:
        made = files.create_folder(work, files.ROOT, request.node.name).id
        files.create_file(work, made, "cat.txt", samples.content(b"meow"), "")
        return made

    return str(drive.do(make))


def look(page: Page, drive: Drive, folder: str) -> None:
    """Open a folder and wait until it listens."""
    listen(page, drive, f"/my/drive/{folder}")


def make_folder(page: Page, name: str) -> None:
    page.get_by_role("link", name="New folder").first.click()
    page.get_by_role("dialog").get_by_label("Name of the folder").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(row(page, name)).to_be_visible()


def test_a_second_window_sees_what_the_first_one_does(open_context, drive, folder):
    context = open_context()
    first, second = drive.come_in(context), drive.come_in(open_context())
    look(second, drive, folder)
    second.evaluate("window.isTheSame = true")
    look(first, drive, folder)
    make_folder(first, "Alpha")
    lists(second, "Alpha", "cat.txt")
    row(first, "cat.txt").click()
    first.locator(".selbar").get_by_role("button", name="Bin").click()
    expect(row(first, "cat.txt")).to_be_hidden()
    lists(second, "Alpha")
    expect(second.locator("main h2").first).to_have_text("1 item")
    assert second.evaluate("window.isTheSame")


def test_what_another_program_writes_shows(open_context, drive, folder):
    page = drive.come_in(open_context())
    look(page, drive, folder)
    drive.do(lambda work: files.create_file(work, folder, "dog.txt", samples.content(b"woof"), ""))
    lists(page, "cat.txt", "dog.txt")


def test_who_is_on_a_line_stays_on_it(open_context, drive, folder):
    page = drive.come_in(open_context())
    for name in ("dog.txt", "eel.txt"):
        drive.do(lambda work, name=name: files.create_file(work, folder, name, samples.content(b"x"), ""))
    look(page, drive, folder)
    line = row(page, "dog.txt").locator(".name a")
    line.focus()
    drive.do(lambda work: files.create_file(work, folder, "ant.txt", samples.content(b"x"), ""))
    lists(page, "ant.txt", "cat.txt", "dog.txt", "eel.txt")
    expect(line).to_be_focused()
    dog = child(drive, folder, "dog.txt")
    assert dog is not None
    drive.do(lambda work: files.trash(work, dog.id))
    lists(page, "ant.txt", "cat.txt", "eel.txt")
    expect(row(page, "eel.txt").locator(".name a")).to_be_focused()


def test_what_changed_before_anybody_listened_shows(open_context, drive, folder):
    page = drive.come_in(open_context())

    def late(socket: WebSocketRoute) -> None:
        drive.do(lambda work: files.create_file(work, folder, "dog.txt", samples.content(b"woof"), ""))
        socket.connect_to_server()

    page.route_web_socket("**/realtime/", late)
    visit(page, f"{drive.origin}/my/drive/{folder}")
    lists(page, "cat.txt", "dog.txt")


def test_an_empty_folder_fills(open_context, drive, folder):
    empty = str(drive.do(lambda work: files.create_folder(work, folder, "Empty").id))
    page = drive.come_in(open_context())
    look(page, drive, empty)
    drive.do(lambda work: files.create_file(work, empty, "dog.txt", samples.content(b"woof"), ""))
    lists(page, "dog.txt")


def test_who_has_chosen_something_keeps_it_until_they_let_go(open_context, drive, folder):
    page = drive.come_in(open_context())
    look(page, drive, folder)
    row(page, "cat.txt").click()
    drive.do(lambda work: files.create_file(work, folder, "dog.txt", samples.content(b"woof"), ""))
    page.wait_for_timeout(1500)
    expect(page.locator("[data-count]")).to_have_text("1 item")
    expect(row(page, "dog.txt")).to_be_hidden()
    page.keyboard.press("Escape")
    lists(page, "cat.txt", "dog.txt")


def test_a_list_catches_up_when_the_connection_is_back(open_context, drive, folder):
    context = open_context()
    page = drive.come_in(context)
    look(page, drive, folder)
    context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    drive.do(lambda work: files.create_file(work, folder, "dog.txt", samples.content(b"woof"), ""))
    context.set_offline(False)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    lists(page, "cat.txt", "dog.txt")


def test_a_page_whose_session_has_ended_stops_asking(open_context, drive, folder):
    page = drive.come_in(open_context())
    look(page, drive, folder)
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    drive.do(lambda work: auth.sessions.end_all_but(work, ""))
    page.wait_for_timeout(4000)
    assert opened == []
