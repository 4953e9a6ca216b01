"""The page of a link, as somebody without an account finds it; and the owner's dialog that made it."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.links import service as links
from cozy.rooms.links.model import Mode
from cozy.rooms.links.service.making import Wish
from tests.browser import samples
from tests.browser.conftest import DESK, PHONE, check, visit
from tests.browser.drive import Drive, furnished

pytestmark = pytest.mark.browser
FIRST_LOAD = 9  # requests, but pictures; one of them for the gallery, which comes when all is there


def holidays(work: Work) -> dict[str, str]:
    folder = files.create_folder(work, files.ROOT, "Bretagne 2026").id
    plans = files.create_folder(work, folder, "Itinéraires").id
    for n in range(6):
        wide = n % 3
        details = files.Details(metadata={"width": 300 if wide else 200, "height": 200 if wide else 300})
        picture = samples.content(samples.picture(n / 6, 300 if wide else 200, 200 if wide else 300))
        files.create_file(work, folder, f"Plage {n}.jpg", picture, "image/jpeg", details)
    files.create_file(
        work, folder, "Horaires.txt", samples.content("Le bac part à 9 h.\n".encode()), "text/plain"
    )
    files.create_file(
        work, plans, "Lundi.md", samples.content(b"# Lundi\n\nRoscoff, puis Batz."), "text/markdown"
    )
    return {
        "folder": folder,
        "plans": plans,
        **{mode: link(work, folder, mode) for mode in ("see", "drop", "look")},
    }


def link(work: Work, folder: str, mode: Mode) -> str:
    return links.making.make(work, links.things.of(work, "file", folder), Wish(mode=mode)).address.rpartition(
        "/"
    )[2]


@pytest.fixture(scope="module")
def drive(tmp_path_factory) -> Iterator[Drive]:
    """One home for all tests here."""
    with furnished(tmp_path_factory.mktemp("links"), holidays) as drive:
        yield drive


def test_somebody_on_a_phone_looks_at_everything(open_context, drive):
    page = open_context(viewport=PHONE, locale="fr-FR", color_scheme="dark").new_page()
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.url, request.resource_type)))
    visit(page, f"{drive.origin}/s/{drive.ids['see']}")
    assert {url.split("/")[2] for url, _ in asked} == {drive.host}
    assert len([url for url, kind in asked if kind != "image"]) <= FIRST_LOAD
    expect(page.get_by_role("heading", level=1, name="Bretagne 2026")).to_be_visible()
    expect(page.get_by_role("link", name="Tout télécharger")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Plage 1.jpg").click()
    viewer = page.locator(".pswp")
    expect(viewer).to_have_attribute("aria-modal", "true")
    expect(viewer.locator(".star")).to_have_count(0)
    expect(page.locator(".pswp[data-open]")).to_be_attached()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp .name")).to_have_text("Plage 2.jpg")
    page.go_back()
    expect(viewer).to_have_count(0)
    page.get_by_role("link", name="Itinéraires").click()
    page.get_by_role("link", name="Lundi.md", exact=True).click()
    expect(page.get_by_text("Roscoff, puis Batz.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Où vous êtes")).to_contain_text("Bretagne 2026")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Download", exact=True)).to_be_visible()


def test_without_scripts_files_are_taken_along_and_given(open_context, drive):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{drive.origin}/s/{drive.ids['see']}")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download everything").click()
    with zipfile.ZipFile(io.BytesIO(coming.value.path().read_bytes())) as archive:
        assert "Bretagne 2026/Itinéraires/Lundi.md" in archive.namelist()
    page.get_by_role("link", name="Plage 0.jpg").click()
    expect(page.get_by_role("img", name="Plage 0.jpg")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plage 1.jpg")
    page.goto(f"{drive.origin}/s/{drive.ids['drop']}")
    page.get_by_label("Files", exact=True).set_input_files(
        [{"name": "Mamie.txt", "mimeType": "text/plain", "buffer": b"bises"}]
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("1 file has arrived. Thank you.")).to_be_visible()


@pytest.mark.parametrize(("viewport", "light"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_a_letter_box_takes_what_is_chosen(open_context, drive, viewport, light):
    page = open_context(viewport=viewport, color_scheme=light).new_page()
    visit(page, f"{drive.origin}/s/{drive.ids['drop']}")
    check(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="Choose files").click()
    chooser.value.set_files([{"name": "Horaires.txt", "mimeType": "text/plain", "buffer": b"plus tard"}])
    expect(page.locator("upload-tray")).to_contain_text("Arrived")
    names = drive.look(
        lambda work: {each.name for each in files.children(work, drive.ids["folder"], limit=100)}
    )
    assert any(name.startswith("Horaires (") for name in names)  # pyrefly: ignore


def test_the_owner_makes_a_link_without_leaving_the_folder(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, drive.folder("plans"))
    page.locator(".head").get_by_role("link", name="Share").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2, name="Share “Itinéraires”")).to_be_visible()
    dialog.locator("label").get_by_text("Only look").click()
    dialog.get_by_role("button", name="Make the link").click()
    address = dialog.get_by_label("Address of the link")
    expect(address).to_be_visible()
    check(page)
    link = address.input_value()
    assert link.startswith(f"{drive.origin}/s/")
    dialog.get_by_role("link", name="Change").click()
    expect(dialog.locator("#question-title")).to_contain_text("Change the link")
    dialog.get_by_label("Password", exact=True).fill("tilleul")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("with a password")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("link", name="You and whoever has the link")).to_be_visible()
    guest = open_context().new_page()
    guest.goto(link)
    guest.get_by_label("Password", exact=True).fill("tilleul")
    guest.get_by_role("button", name="Open").click()
    expect(guest.get_by_role("heading", level=1, name="Itinéraires")).to_be_visible()
    expect(guest.get_by_role("link", name="Download everything")).to_have_count(0)
