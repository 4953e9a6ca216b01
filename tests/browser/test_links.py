"""The page of a link, as somebody without an account finds it; and the owner's dialog that made it."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Request, expect

from cozy.kernel.work import Work
from cozy.rooms.calendars.model import KIND as CALENDARS
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.service import shelves
from cozy.rooms.contacts import service as contacts
from cozy.rooms.files import service as files
from cozy.rooms.links import service as links
from cozy.rooms.links.model import Kind, Mode
from cozy.rooms.links.service.making import Wish
from cozy.rooms.photos import service as photos
from tests.browser import samples
from tests.browser.conftest import DESK, PHONE, check, check_everywhere, ready, visit
from tests.browser.drive import Drive, child, furnished
from tests.calendars.conftest import ics

pytestmark = pytest.mark.browser
FIRST_LOAD = 8  # requests, but pictures
WEIGHTS = {
    "script": 26_000,
    "stylesheet": 12_000,
    "document": 20_000,
    "font": 21_000,
}  # bytes as sent; a page's own script too


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
    ours = files.create_folder(work, files.ROOT, "À nous").id
    files.create_folder(work, ours, "Vieux papiers")
    files.create_file(work, ours, "Plage.jpg", samples.content(samples.picture(0.3, 300, 200)), "image/jpeg")
    return {
        "folder": folder,
        "plans": plans,
        "ours": ours,
        **{mode: link(work, "file", folder, mode) for mode in ("see", "drop", "look")},
        "change": link(work, "file", ours, "change"),
        **others(work, folder),
    }


def others(work: Work, folder: str) -> dict[str, str]:
    """Links to what is no folder, by kind."""
    media = files.create_folder(work, files.ROOT, "Médias").id
    for name, data, mime in [
        ("Film.mp4", samples.film(2, "libvpx-vp9"), "video/mp4"), ("Musique.wav", samples.sound(), "audio/x-wav"),
        ("Carte.pdf", samples.pdf("La carte", "Suite"), "application/pdf"),
    ]:  # fmt: skip
        files.create_file(work, media, name, samples.content(data), mime)
    text = samples.content("# Recette\n\nDe la **farine**, du beurre salé.".encode())
    note = files.create_file(work, media, "Kouign-amann.cozy-note", text, "text/vnd.cozy.note+markdown").id
    plages = [each.id for each in files.children(work, folder, limit=100) if each.name.startswith("Plage")]
    album = photos.albums.create(work, "Les plages", plages).id
    feasts = shelves.create(work, CALENDARS, {"name": "Fêtes"}).id
    day = (work.now + timedelta(days=2)).strftime("%Y%m%d")
    fair = ics("SUMMARY:Fest-noz", f"DTSTART:{day}T180000Z", f"DTEND:{day}T220000Z", "LOCATION:Batz")
    collections.items.put(work, "calendars", feasts, "fair.ics", fair)
    card = {"fullname": "Maé Le Goff", "phone": [{"number": "+33 6 12 34 56 78"}], "note": "secret"}
    person = contacts.people.save(work, card).id
    return {
        "media": link(work, "file", media), "note": link(work, "file", note), "album": link(work, "album", album),
        "calendar": link(work, "calendar", feasts), "contact": link(work, "contact", person),
    }  # fmt: skip


def link(work: Work, kind: Kind, id_: str, mode: Mode = "see") -> str:
    """The code of a new link."""
    return links.making.make(work, links.things.of(work, kind, id_), Wish(mode=mode)).address.rpartition("/")[
        2
    ]


@pytest.fixture(scope="module")
def drive(tmp_path_factory) -> Iterator[Drive]:
    """One home for all tests here."""
    with furnished(tmp_path_factory.mktemp("links"), holidays) as drive:
        yield drive


def test_somebody_on_a_phone_looks_at_everything(open_context, drive):
    page = open_context(viewport=PHONE, locale="fr-FR", color_scheme="dark").new_page()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 (Playwright marks what it calls)
    visit(page, f"{drive.origin}/s/{drive.ids['see']}")
    page.wait_for_load_state("networkidle")
    assert {request.url.split("/")[2] for request in asked} == {drive.host}
    kinds = [request.resource_type for request in asked if request.resource_type != "image"]
    assert len(kinds) <= FIRST_LOAD, kinds
    for kind, most in WEIGHTS.items():
        sent = sum(request.sizes()["responseBodySize"] for request in asked if request.resource_type == kind)
        assert 0 < sent <= most, (kind, sent)
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


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_whoever_may_change_a_folder_does_so(open_context, drive, scripts):
    page = open_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    here = f"{drive.origin}/s/{drive.ids['change']}"
    new, renamed = ("Mardi", "Mercredi") if scripts else ("Jeudi", "Vendredi")
    page.goto(here)
    if scripts:
        ready(page)
        check(page)
    page.get_by_role("link", name="New folder").click()
    expect(page.get_by_label("Name of the folder")).to_be_focused()
    if scripts:
        check(page)
    page.get_by_label("Name of the folder").fill(new)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("link", name=new, exact=True)).to_be_visible()
    page.get_by_role("button", name=f"Actions: {new}").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("New name").fill(renamed)
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("link", name=renamed, exact=True)).to_be_visible()
    page.get_by_role("button", name=f"Actions: {renamed}").click()
    page.get_by_role("link", name="Move to the bin").click()
    expect(page.get_by_text("who alone can put it back")).to_be_visible()
    page.get_by_role("button", name="Move to the bin").click()
    expect(page.get_by_text("It is in the bin of whoever shares this.")).to_be_visible()
    expect(page.get_by_role("link", name=renamed, exact=True)).to_have_count(0)
    assert child(drive, files.TRASH, renamed) is not None
    page.get_by_role("button", name="Actions: Plage.jpg").click()
    expect(page.get_by_role("link", name="Rename")).to_be_visible()


def test_films_sounds_and_documents_are_played_and_read(open_context, drive):
    page = open_context().new_page()
    here = f"{drive.origin}/s/{drive.ids['media']}"
    visit(page, here)
    page.get_by_role("link", name="Film.mp4").click()
    film = page.locator(".pswp video")
    film.evaluate("film => film.play()")
    expect(film).to_have_js_property("paused", False)
    page.goto(here)
    page.get_by_role("link", name="Musique.wav", exact=True).click()
    sound = page.locator("audio")
    sound.evaluate("sound => sound.play()")
    expect(sound).to_have_js_property("ended", True)
    check(page)
    page.goto(here)
    page.get_by_role("link", name="Carte.pdf", exact=True).click()
    paper = page.get_by_role("group", name="Page 2 of 2")
    expect(paper).to_contain_text("Suite")
    drawn = page.evaluate(
        "async url => (await fetch(url)).headers.get('content-type')",
        paper.locator("image").get_attribute("href"),
    )
    assert drawn == "image/webp"
    check(page)


@pytest.mark.parametrize(
    ("kind", "title", "shown"),
    [
        ("note", "Kouign-amann.cozy-note", "De la farine, du beurre salé."),
        ("album", "Les plages", "6 items"),
        ("calendar", "Fêtes", "Fest-noz"),
        ("contact", "Maé Le Goff", "+33 6 12 34 56 78"),
    ],
)
def test_whatever_is_shared_has_a_page(open_context, drive, kind, title, shown):
    page = open_context().new_page()
    visit(page, f"{drive.origin}/s/{drive.ids[kind]}")
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.locator("main")).to_contain_text(shown)
    expect(page.locator("main")).not_to_contain_text("secret")
    check_everywhere(page)


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
