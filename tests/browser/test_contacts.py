"""The pages of people in a browser: looking, searching, writing, by mouse, by keyboard alone, and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.documents import service as documents
from tests.browser import samples
from tests.browser.conftest import LOOKS, PHONE, check, check_everywhere, look_like, visit
from tests.browser.drive import Drive, furnished, toast

pytestmark = pytest.mark.browser
CONTACTS = "io.cozy.contacts"
NAMES = [
    ("Anna", "Abadie"), ("Bilal", "Bernard"), ("Camille", "Dubois"), ("Élodie", "Étienne"), ("Hugo", "Faure"), ("Inès", "Le Gall"),
    ("Jules", "Martin"), ("Maé", "Martin"), ("Noé", "Quéré"), ("Rose", "Tanguy"), ("Théo", "Zola"),
]  # fmt: skip


def furnish(work: Work) -> dict[str, str]:
    """A small address book: a group, a favourite, photos, two who are one."""
    family = contacts.groups.create(work, "Family").id
    ids = {"Family": family}
    for n, (given, family_name) in enumerate(NAMES):
        body = {
            "name": {"givenName": given, "familyName": family_name}, "phone": [{"number": f"06 12 34 56 {n:02}", "type": "cell"}],
            "birthday": f"19{50 + n}-{n + 1:02}-15",
        }  # fmt: skip
        ids[given] = contacts.people.save(work, body).id
    full = {
        "email": [{"address": "camille@example.org", "label": "work"}, {"address": "a-rather-long-address@a-rather-long-name.example"}],
        "address": [{"street": "12 rue du Port", "postcode": "29680", "city": "Roscoff", "country": "France", "label": "home"}],
        "cozy": [{"url": "https://camille.example"}], "website": [{"url": "https://blog.example/boats"}],
        "company": "Fil & Co", "jobTitle": "Engineer", "nickname": "Cam", "note": "Knows where the key is.\nAllergic to nuts.",
    }  # fmt: skip
    before = contacts.people.fetch(work, ids["Camille"])
    contacts.people.save(work, {**before.body, **full}, ids["Camille"])
    contacts.groups.put_into(work, family, [ids["Camille"], ids["Anna"]])
    contacts.people.favour(work, ids["Anna"])
    contacts.photos.keep(work, ids["Camille"], samples.picture(0.5, 200, 200), "JPEG")
    twin = {"name": {"givenName": "Hugo", "familyName": "Faure"}, "email": [{"address": "hugo@example.org"}]}
    ids["Hugo again"] = contacts.people.save(work, twin).id
    contacts.people.remove(work, contacts.people.save(work, {"fullname": "Gone Away"}).id)
    return ids


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("contacts"), furnish) as drive:
        yield drive


def here(drive: Drive, *more: str) -> str:
    return "/".join([f"{drive.origin}/my/contacts", *more])


def listed(page: Page, *names: str) -> None:
    """The list shows these, in this order, and nobody else."""
    expect(page.locator(".people-list .person b")).to_have_text(list(names))


def addresses(drive: Drive) -> list[str]:
    """Every kind of page."""
    camille, family = drive.ids["Camille"], drive.ids["Family"]
    return [
        here(drive), here(drive, camille), here(drive, drive.ids["Rose"]), here(drive, camille, "edit"), here(drive, "new"),
        here(drive, camille, "picture"), here(drive, camille, "who"), f"{here(drive)}?q=nobody", f"{here(drive)}?group={family}",
        here(drive, "groups"), here(drive, "groups", "new"), here(drive, "groups", family, "people"), here(drive, "groups", family, "delete"),
        here(drive, "birthdays"), here(drive, "today"), here(drive, "duplicates"), here(drive, "import"), here(drive, "bin"),
    ]  # fmt: skip


def test_no_page_shuts_anybody_out(open_context, drive):
    page = drive.come_in(open_context(reduced_motion="reduce"))
    for url in addresses(drive):
        visit(page, url)
        check_everywhere(page)
    for viewport, light in LOOKS:
        look_like(page, viewport, light)
        visit(page, here(drive, drive.ids["Camille"]))
        page.get_by_role("button", name="More on Camille Dubois").click()
        check(page)


def test_on_a_desk_the_list_stays_beside_the_person(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, here(drive))
    page.locator(".people-list").get_by_role("link", name="Maé Martin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Maé Martin")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.locator(".people-list")).to_be_visible()
    expect(page.locator(".person[aria-current]")).to_contain_text("Maé Martin")
    visit(page, here(drive, drive.ids["Théo"]))
    expect(page.locator(".person[aria-current]")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("scrollY") == 0


def test_on_a_phone_the_person_takes_the_place_of_the_list(open_context, drive):
    page = drive.come_in(open_context(viewport=PHONE, has_touch=True))
    visit(page, here(drive))
    page.get_by_role("link", name="Maé Martin").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Maé Martin")
    expect(page.locator(".people-list")).to_be_hidden()
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="Contacts").tap()
    expect(page.locator(".people-list")).to_be_visible()
    tabs = page.get_by_role("navigation", name="Tabs")
    tabs.get_by_role("button", name="More").click()
    expect(page.get_by_role("region", name="More").get_by_role("link", name="Contacts")).to_be_visible()


def test_a_letter_leads_to_its_people(open_context, drive):
    for viewport in ({"width": 1280, "height": 760}, PHONE):
        page = drive.come_in(open_context(viewport=viewport))
        visit(page, here(drive))
        page.get_by_role("navigation", name="Jump to a letter").get_by_role("link", name="Q").click()
        expect(page.get_by_role("link", name="Noé Quéré")).to_be_in_viewport(ratio=0.9)
        expect(page.get_by_role("heading", name="Q", exact=True)).to_be_in_viewport(ratio=0.9)
        if viewport is not PHONE:
            assert page.evaluate("scrollY") == 0


def test_the_list_narrows_while_one_types(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, here(drive))
    page.get_by_label("Search in your contacts").press_sequentially("etien")
    listed(page, "Élodie Étienne")
    expect(page.locator("#live")).to_have_text("1 person")
    page.get_by_label("Search in your contacts").fill("nobody of that name")
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()


def test_what_changes_elsewhere_shows_at_once(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{here(drive)}?q=lighthouse")
    other = page.context.new_page()
    visit(other, here(drive, "new"))
    other.get_by_label("Company").fill("Lighthouse")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Lighthouse")
    listed(page, "Lighthouse")
    other.get_by_role("button", name="More on Lighthouse").click()
    other.get_by_role("button", name="Move to the bin").click()
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()


def test_the_keyboard_alone_finds_adds_and_throws_away(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1, name="Contacts")).to_be_focused()
    page.get_by_label("Search in your contacts").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".person").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bilal Bernard")
    page.get_by_role("link", name="New contact").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="New contact")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("First name")).to_be_focused()
    page.keyboard.type("Zoé")
    page.keyboard.press("Tab")
    page.keyboard.type("Weber")
    page.get_by_label("Number").focus()
    page.keyboard.type("07 00")
    page.get_by_role("button", name="Add a phone").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Number").last).to_be_focused()
    page.get_by_role("button", name="Remove this phone").last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add a phone")).to_be_focused()
    page.get_by_label("Number").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoé Weber")
    expect(page.locator(".known")).to_contain_text("07 00")
    page.get_by_role("button", name="More on Zoé Weber").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move to the bin").focus()
    page.keyboard.press("Enter")
    toast(page, "Moved to the bin.")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoé Weber")
    saved = drive.look(lambda work: contacts.people.all_(work, query="weber"))
    assert [each.body["phone"][0]["number"] for each in saved] == ["07 00"]
    drive.do(lambda work: contacts.people.remove(work, saved[0].id))


def test_without_scripts_somebody_is_added_changed_and_put_into_a_group(open_context, drive):
    page = drive.come_in(open_context(java_script_enabled=False, viewport=PHONE))
    page.goto(here(drive, "new"))
    page.get_by_label("First name").fill("Yara")
    page.get_by_role("button", name="Add a phone").click()
    expect(page.get_by_label("First name")).to_have_value("Yara")
    page.get_by_label("Number").last.fill("07 11")
    page.get_by_role("checkbox", name="Family").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yara")
    expect(page.locator(".known")).to_contain_text("Family")
    expect(page.locator(".known")).to_contain_text("Mobile")
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").select_option("February")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("There is no such day.")
    page.get_by_label("Day").fill("29")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".known")).to_contain_text("29 February")
    page.goto(f"{here(drive)}?q=yara")
    listed(page, "Yara")
    drive.do(lambda work: contacts.people.remove(work, contacts.people.all_(work, query="yara")[0].id))


def test_a_photo_is_chosen_and_removed(open_context, drive, tmp_path):
    picture = tmp_path / "face.jpg"
    picture.write_bytes(samples.picture(0.1, 300, 300))
    page = drive.come_in(open_context())
    visit(page, here(drive, drive.ids["Rose"]))
    page.get_by_role("link", name="Add a photo").click()
    page.get_by_role("dialog").get_by_label("A picture").set_input_files(picture)
    page.get_by_role("dialog").get_by_role("button", name="Use this picture").click()
    toast(page, "Photo saved.")
    face = page.locator(".card-of img.face")
    expect(face).to_be_visible()
    assert face.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 512
    page.get_by_role("link", name="Change the photo").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the photo").click()
    toast(page, "Photo removed.")
    expect(page.locator(".card-of span.face")).to_have_text("RT")


def test_a_star_is_given_and_taken(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, here(drive, drive.ids["Noé"]))
    page.get_by_role("button", name="Add to favourites").click()
    expect(page.get_by_role("button", name="Take out of favourites")).to_be_visible()
    page.get_by_role("button", name="Take out of favourites").click()
    expect(page.get_by_role("button", name="Add to favourites")).to_be_visible()
    assert (
        drive.look(lambda work: documents.fetch(work, CONTACTS, drive.ids["Noé"])).body["cozyMetadata"][
            "favorite"
        ]
        is False
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_two_who_are_one_are_made_one_and_taken_apart(open_context, drive, scripts):
    page = drive.come_in(open_context(java_script_enabled=scripts))
    page.goto(here(drive, "duplicates"))
    expect(page.get_by_role("heading", name="Hugo Faure, twice")).to_be_visible()
    page.get_by_role("button", name="Make one of them: Hugo Faure").click()
    toast(page, "Merged into one.")
    expect(page.get_by_role("heading", name="Everybody is there once")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    toast(page, "They are apart again.")
    expect(page.get_by_role("heading", name="Hugo Faure, twice")).to_be_visible()


def test_a_file_that_is_dropped_brings_people_in(open_context, drive):
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:Xavier Drop\r\nN:Drop;Xavier;;;\r\nEND:VCARD\r\n"
    page = drive.come_in(open_context())
    visit(page, here(drive, "import"))
    dropped = page.evaluate_handle(
        "text => { const held = new DataTransfer(); held.items.add(new File([text], 'x.vcf', { type: 'text/vcard' })); return held; }",
        card,
    )
    for event in ("dragover", "drop"):
        page.dispatch_event(".drop-file", event, {"dataTransfer": dropped})
    page.get_by_role("button", name="Bring in").click()
    expect(page.locator("main")).to_contain_text("1 person was added.")
    page.get_by_role("link", name="See your contacts").click()
    expect(page.locator(".people-list").get_by_role("link", name="Xavier Drop")).to_be_visible()
    drive.do(lambda work: contacts.people.remove(work, contacts.people.all_(work, query="xavier")[0].id))


def test_everything_is_taken_away_as_a_file(open_context, drive):
    page = drive.come_in(open_context(accept_downloads=True))
    visit(page, here(drive))
    page.get_by_role("button", name="More on contacts").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take all away as a file").click()
    assert taken.value.suggested_filename == "Contacts.vcf"
    assert taken.value.path().read_text().count("BEGIN:VCARD") >= len(NAMES)
