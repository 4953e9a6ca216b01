"""Bring your data here: parts are chosen, looked through, brought in and let go of, while the page tells how far it is."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import check, check_everywhere, log_in, visit
from tests.imports.archives import EVERYTHING, jpeg, zipped
from tests.program import apart


def parts_in(folder: Path) -> list[Path]:
    """Two parts of one archive."""
    pictures = {f"Pictures/2020/{n}.jpg": jpeg(n) for n in range(12)}
    return [
        zipped(folder / "all-1.zip", EVERYTHING | {"../evil": b"x"}),
        zipped(folder / "all-2.zip", pictures),
    ]


def test_what_is_chosen_comes_in_and_the_page_follows(owner: Page, home, tmp_path):
    visit(owner, f"{home}/my/import")
    check_everywhere(owner)
    with owner.expect_file_chooser() as chooser:
        owner.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(parts_in(tmp_path))
    ticked = owner.get_by_role("main").get_by_role("checkbox")
    expect(ticked).to_have_count(2)
    owner.get_by_role("button", name="Look what is in it").click()
    begin = owner.get_by_role("button", name="Bring it in")
    expect(begin).to_be_visible()  # by itself, once it was looked through
    main = owner.get_by_role("main")
    for said in ("12 photos and films", "2 contacts", "2 mails", "../evil"):
        expect(main.get_by_text(said)).to_be_visible()
    check_everywhere(owner)
    begin.click()
    expect(owner.get_by_role("heading", name="The originals")).to_be_visible()
    expect(main.get_by_text("12 photos and films")).to_be_visible()
    check(owner)
    owner.get_by_role("button", name="Put the originals into the bin").click()
    expect(main.get_by_text("They are in the bin.")).to_be_visible()
    owner.get_by_role("link", name="Bring your data here").first.click()
    expect(owner.get_by_role("main").get_by_role("link", name="all-1")).to_be_visible()
    visit(owner, f"{home}/my/archive")
    owner.get_by_role("link", name="Bookmarks").click()
    owner.get_by_label("Words in it").fill("roses")
    owner.get_by_role("button", name="Search").last.click()
    expect(owner.get_by_role("link", name="Roses & more")).to_be_visible()
    check(owner)


def press(button: Locator) -> None:
    """By the keyboard alone."""
    button.focus()
    button.press("Enter")


def test_it_is_paused_and_goes_on_by_the_keyboard(owner: Page, home, tmp_path):
    many = zipped(tmp_path / "many.zip", {f"letters/{n % 50}/{n}.txt": b"%d" % n for n in range(4_000)})
    visit(owner, f"{home}/my/import")
    with owner.expect_file_chooser() as chooser:
        press(owner.get_by_role("button", name="Choose files"))
    chooser.value.set_files(many)
    press(owner.get_by_role("button", name="Look what is in it"))
    press(owner.get_by_role("button", name="Bring it in"))
    main = owner.get_by_role("main")
    press(main.get_by_role("button", name="Pause"))
    expect(main.get_by_role("heading", name="Paused")).to_be_visible()
    check_everywhere(owner)
    stood = main.get_by_role("status").inner_text()
    visit(owner, f"{home}/my/import")
    main.get_by_role("link", name="many").click()
    expect(main.get_by_role("status")).to_have_text(stood)
    assert not stood.startswith("4,000"), "it was over before it could be paused"
    press(main.get_by_role("button", name="Go on"))
    expect(owner.get_by_role("heading", name="The originals")).to_be_visible(timeout=60_000)
    expect(main.get_by_text("4,000 files")).to_be_visible()


CHAT = "".join(
    f"[02/01/2020, 03:04:{n:02}] {('Ana', 'Bo')[n % 2]}: {'oui, bien sûr ' * (n % 9 + 1)}\n"
    for n in range(60)
)
STATEMENT = (
    "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING"
    "</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260102<TRNAMT>-12.50<FITID>1<NAME>Boulangerie du Port</STMTTRN>"
    "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)


def test_the_archive_is_read_on_any_screen(owner: Page, home, running, tmp_path):
    chat = zipped(tmp_path / "WhatsApp Chat - Les amis.zip", {"_chat.txt": CHAT.encode()})
    (tmp_path / "statement.ofx").write_text(STATEMENT)
    domain = home.removeprefix("http://").partition(":")[0]
    for path in (chat, tmp_path / "statement.ofx"):
        done = apart(lambda path=path: running.cozy("import", "--home", domain, "--yes", "--json", path))
        assert done.code == 0, done.err
    visit(owner, f"{home}/my/archive")
    check_everywhere(owner)
    main = owner.get_by_role("main")
    main.get_by_role("link", name="Messages").click()
    check_everywhere(owner)
    main.get_by_role("link").filter(has_text="oui").first.click()
    check_everywhere(owner)
    visit(owner, f"{home}/my/archive")
    main.get_by_role("link", name="transactions").click()
    expect(main.get_by_text("Boulangerie du Port")).to_be_visible()
    check_everywhere(owner)


def test_it_comes_in_without_scripts(open_context, home, tmp_path):
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, home)
    page.goto(f"{home}/my/import")
    page.get_by_role("button", name="Choose files").click()
    page.locator("input[type=file]").set_input_files(parts_in(tmp_path)[0])
    page.get_by_role("main").get_by_role("button", name="Upload").click()
    page.goto(f"{home}/my/import")
    page.get_by_role("button", name="Look what is in it").click()
    look_again_until(page, page.get_by_role("button", name="Bring it in"))
    page.get_by_role("button", name="Bring it in").click()
    look_again_until(page, page.get_by_role("heading", name="The originals"))
    expect(page.get_by_text("2 contacts")).to_be_visible()


def look_again_until(page: Page, wanted: Locator) -> None:
    """As a person does whose page does not change by itself."""
    again = page.get_by_role("link", name="Look again")
    for _ in range(80):
        if wanted.count():
            break
        if again.count():
            again.click()
        page.wait_for_timeout(250)
    expect(wanted).to_be_visible()


def test_it_is_found_within_two_taps_and_without_scripts(open_context, home):
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, home)
    page.goto(f"{home}/my/settings")
    page.get_by_role("link", name="Bring your data here").click()
    expect(page.get_by_role("heading", name="Bring your data here")).to_be_visible()
    page.get_by_text("Google", exact=True).click()
    expect(page.get_by_text("takeout.google.com")).to_be_visible()
