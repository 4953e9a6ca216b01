"""What is found, on both engines: names, people, events; whatever the accents, endings and small mistakes."""

import pytest
from msgspec.structs import replace

from cozy.backends.towns import Towns
from cozy.kernel.gazetteer import Gazetteer
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.contacts import service as contacts
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.search import service, store
from cozy.rooms.search.model.asking import read, with_person
from cozy.rooms.search.service import reading
from tests.search.conftest import caught_up


@pytest.mark.parametrize(
    "said",
    ["facture", "FACTURES", "électricité", "electricite", "mars électricité", "Facture-EDF", "edf", "2026"],
)
def test_a_name_is_found_by_its_words_in_any_spelling(given, find, said):
    given.file("Factures d'électricité EDF mars 2026.pdf")
    given.file("Recette de tarte.md")
    assert find(said) == ["Factures d'électricité EDF mars 2026.pdf"]


@pytest.mark.parametrize(
    "said",
    ["factrue", "fcature", "facturr", "facure", "electrocite", "elektricité", "rendezvous electricite"],
)
def test_small_mistakes_are_forgiven(given, find, said):
    given.file("Factures d'électricité.pdf")
    given.file("Recette de tarte.md")
    assert find(said) == ["Factures d'électricité.pdf"]


def test_who_mistypes_is_told_what_was_found_instead(work, given):
    given.file("Budget.ods")
    caught_up(work)
    found = service.search(work, read("bugdet"))
    assert [hit.entry.title for hit in found.hits] == ["Budget.ods"]
    assert found.corrected == "budget"


@pytest.mark.parametrize("said", ["dév", "develop", "développem", "developpement dur"])
def test_half_a_word_finds_while_it_is_typed(given, find, said):
    given.file("Développement durable.odt")
    given.file("Vacances.jpg")
    assert find(said, is_open=True) == ["Développement durable.odt"]


def test_all_words_count_before_some_of_them_do(work, given, find):
    both, one = given.file("Running shoes.pdf"), given.file("Old shoes.pdf")
    assert find("run shoe") == [both.name]
    assert set(find("shoes elephant")) == {both.name, one.name}
    assert service.search(work, read("shoes elephant")).is_loose


def test_filters_narrow_what_is_found(given, find):
    taxes = given.folder("Impôts")
    year = given.folder("2025", taxes.id)
    given.file("Avis.pdf", inside=year.id)
    given.file("Avis.odt")
    given.file("Avis de tempête.pdf")
    assert find("avis dossier:impots") == ["Avis.pdf"]
    assert find("avis type:odt") == ["Avis.odt"]
    assert set(find("type:pdf avis")) == {"Avis.pdf", "Avis de tempête.pdf"}
    assert find("avis -tempete type:pdf") == ["Avis.pdf"]
    assert find('"avis de tempête"') == ["Avis de tempête.pdf"]
    assert find('"tempête avis"') == []
    assert find("avis avant:2020") == []
    assert len(find("avis date:2026")) == 3
    assert find("type:dossier impots") == ["Impôts"]
    assert {"Impôts", "2025"} <= set(find("type:dossier"))
    assert find("dossier:nowhere avis") == []


def test_a_time_in_words_finds_what_is_from_then_after_what_says_so(work, given, find):
    given.file("Rapport juillet 2025.txt")
    given.file("Last Summer.mp3")
    beach = {"label": "Plage", "start": "2025-07-10T08:00:00Z", "end": "2025-07-10T09:00:00Z"}
    calendars.events.make(work, beach)
    calendars.events.make(
        work, {**beach, "label": "Ski", "start": "2026-01-10T08:00:00Z", "end": "2026-01-10T09:00:00Z"}
    )
    assert find("juillet 2025") == ["Rapport juillet 2025.txt", "Plage"]
    assert find("plage juillet 2025") == ["Plage"]
    assert find("plage 2025") == ["Plage"]
    assert find("ski juillet 2025 type:event") == ["Ski", "Plage"]
    assert find("l'été dernier") == find("l’été dernier") == ["Plage"]
    assert find("last summer") == ["Last Summer.mp3", "Plage"]
    assert find("événements de l'hiver dernier") == ["Ski"]
    assert find("rapport aujourd'hui") == ["Rapport juillet 2025.txt"]


def test_photos_are_found_by_where_and_when_they_were_taken(work, given, find, tmp_path):
    towns = tmp_path / "towns.tsv"
    towns.write_text("Roscoff\tFR\t48.72\t-3.98\t3500\nLondon\tGB\t51.51\t-0.13\t8900000\n")
    work.ports = {**work.ports, Gazetteer: [Towns(towns)]}

    def photo(name: str, lat: float, long: float, taken: str, **said: object) -> None:
        file = documents.fetch(work, "io.cozy.files", given.file(name, name.encode()).id)
        metadata = {"gps": {"lat": lat, "long": long}, "datetime": taken, **said}
        documents.update(
            work, file, {**file.body, "class": "image", "mime": "image/jpeg", "metadata": metadata}
        )

    photo("IMG_1.jpg", 48.73, -3.99, "2025-07-10T10:00:00Z")
    photo("IMG_2.jpg", 51.5, -0.1, "2024-12-25T10:00:00Z", place={"city": "Greenwich"})
    photo("IMG_3.jpg", 0, 0, "2024-12-26T10:00:00Z")
    for said in ("roscoff", "photos France", "Roscoff été 2025", "juillet 2025 type:photo", "images roscof"):
        assert find(said) == ["IMG_1.jpg"], said
    for said in (
        "London",
        "Londres",
        "royaume uni",
        "photo United Kingdom",
        "greenwich",
        "londres noël 2024",
    ):
        assert find(said) == ["IMG_2.jpg"], said
    assert find("photo noël 2024") == ["IMG_3.jpg", "IMG_2.jpg"]


def test_a_mail_is_found_by_who_wrote_it_and_when(work, given, find):
    file = given.file("message-17.eml", b"From: ...")
    given.file("Marie.txt")
    caught_up(work)
    reading.keep(
        work,
        file.sha256,
        "Subject: Le toit\nFrom: Marie Dupont <m.dupont@example.org>\nTo: zoe@example.org\n"
        "Date: Mon, 02 Mar 2026 10:00:00 +0100\nBonjour Zoé, les tuiles sont là.",
    )
    for said in (
        "de:marie toit",
        "from:dupont",
        "to:zoe",
        "tuiles",
        "mails de marie",
        "toit date:2026-03-02",
    ):
        assert find(said) == ["message-17.eml"], said
    files.change(work, file.id, files.Change(name="Toit.eml"))
    assert find("de:marie") == ["Toit.eml"]


def test_what_is_called_so_comes_first_and_what_has_the_words_together_before_what_has_them_apart(
    work, given, find
):
    apart, together = given.file("a.txt", b"a"), given.file("b.txt", b"b")
    given.file("Budget.ods")
    given.file("Budgets prévisionnels de la maison.ods")
    given.file("Budget vacances.ods")
    caught_up(work)
    reading.keep(work, together.sha256, "Rien. " * 40 + "La chaudière à granulés est arrivée.")
    reading.keep(work, apart.sha256, "Une chaudière. " + "Rien. " * 60 + "Des granulés.")
    assert find("budget")[0] == "Budget.ods"
    assert find("chaudière granulés") == ["b.txt", "a.txt"]


def test_what_is_found_can_be_narrowed_by_who_and_where(work, given):
    trip = given.folder("Voyage")
    for n in range(2):
        given.file(f"Plage {n}.txt", b"%d" % n, inside=trip.id)
    given.file("Plage.txt")
    for who in ("Marie", "Marie", "Théo"):
        attendees = [{"name": who, "email": f"{who}@example.org"}]
        calendars.events.make(
            work, {"label": "Plage", "start": "2026-07-01", "end": "2026-07-02", "attendees": attendees}
        )
    caught_up(work)
    found = service.search(work, read("plage"))
    assert (found.people, found.places) == (("Alice", "Marie"), (trip.id,))
    narrowed = service.search(work, replace(read("plage"), places=found.places))
    assert {hit.entry.title for hit in narrowed.hits} == {"Plage 0.txt", "Plage 1.txt"}
    assert len(service.search(work, with_person(read("plage"), "Marie")).hits) == 2


def test_people_events_and_tasks_are_found_with_what_is_known_of_them(work: Work, find):
    contacts.people.save(
        work,
        {
            "name": {"givenName": "Zoé", "familyName": "Marchand"}, "company": "Boulangerie du Port",
            "phone": [{"number": "06 12 34 56 78"}], "note": "aime les éclairs",
        },
    )  # fmt: skip
    calendars.events.make(
        work,
        {
            "label": "Dentiste",
            "location": "12 rue des Lilas",
            "start": "2026-09-03T08:00:00Z",
            "end": "2026-09-03T09:00:00Z",
        },
    )
    for said in ("zoe", "marchand boulangerie", "0612345678", "+33612345678", "éclair"):
        assert find(said) == ["Zoé Marchand"], said
    for said in (
        "dentiste",
        "lilas",
        "septembre 2026",
        "september",
        "type:event",
        "dentiste depuis:2026-09-03",
    ):
        assert find(said) == ["Dentiste"], said
    assert find("dentiste après:2026-09") == []
    assert find("de:zoe") == ["Zoé Marchand"]


def test_the_text_of_a_file_is_found_once_it_was_read(work, given, find):
    file = given.file("scan0001.txt", b"...")
    caught_up(work)
    waiting = store.next_text(work)
    assert waiting is not None
    assert (waiting.sha256, waiting.recipe) == (file.sha256, "text_plain")
    assert find("taxe fonciere") == []
    reading.keep(
        work, file.sha256, "Avis d'imposition\n\nTaxes foncières : 1 234 €, à payer avant le 15 octobre."
    )
    assert find("taxe foncière") == ["scan0001.txt"]
    files.change(work, file.id, files.Change(name="Impôts.txt"))
    assert find("fonciere") == ["Impôts.txt"]
    (hit,) = service.search(work, read("taxe fonciere")).hits
    assert [piece.text for piece in hit.snippet if piece.is_hit] == ["Taxes", "foncières"]


def test_a_text_whose_reading_is_cut_off_again_and_again_is_read_at_last(work, given, find):
    file = given.file("lease.txt", b"...")
    caught_up(work)
    for _ in range(5):  # as often as the program was killed meanwhile
        assert store.next_text(work) is not None
    waiting = store.next_text(work)
    assert waiting is not None
    reading.keep(work, waiting.sha256, "Rent is due on Mondays")
    assert find("mondays") == [file.name]


def test_what_is_deleted_or_in_the_bin_is_found_no_more_and_leaves_no_word(work, given, find):
    file, kept = given.file("Confidentiel.txt"), given.file("Public.txt")
    caught_up(work)
    reading.keep(work, file.sha256, "hello")
    assert store.words_like(work, "confid", "identiel", 4, 20) == {"confidentiel"}
    files.trash(work, file.id)
    assert find("confidentiel") == []
    assert store.words_like(work, "confid", "identiel", 4, 20) == set()
    files.restore(work, file.id)
    assert find("confidentiel") == ["Confidentiel.txt"]
    for each in (file, kept):
        files.trash(work, each.id)
        files.destroy(work, each.id)
    assert find("txt") == []
    assert store.text_of(work, file.sha256) is None
    assert store.entry_of(work, "io.cozy.files", kept.id) is None


def test_encrypted_files_are_never_found(work, given, find):
    file = given.file("Coffre.txt")
    document = documents.fetch(work, "io.cozy.files", file.id)
    documents.update(work, document, {**document.body, "encrypted": True})
    assert find("coffre") == []


def test_whatever_an_app_wrote_holds_nothing_up(work, given, find):
    documents.create(work, "io.cozy.contacts", {"email": "no list", "name": 7, "fullname": ["odd"]})
    documents.create(work, "io.cozy.photos.albums", {"name": {"odd": True}})
    documents.create(work, "io.cozy.photos.albums", {"name": "Été à Ré", "created_at": 12})
    assert find("été ré") == ["Été à Ré"]


@pytest.mark.parametrize(
    "said",
    [
        '"',
        "-",
        "type:",
        'AND OR NOT ( ) * " : ^ {',
        "a" * 5_000,
        "' ; DROP TABLE x --",
        "\0",
        "日本語",
        "avant:9999",
        "𝔘𝔫𝔦 ΑΒΓ",
        "title:",
        "-x",
    ],
)
def test_nothing_that_is_typed_breaks_a_search(given, find, said):
    given.file("日本語の本.txt")
    find(said)
    find(said, is_open=True)


def test_words_without_spaces_are_found(given, find):
    given.file("日本語の本.txt")
    given.file("Отчёт за июль.pdf")
    assert find("日本語") == ["日本語の本.txt"]
    assert find("отчет июль") == ["Отчёт за июль.pdf"]
