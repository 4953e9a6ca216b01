"""Items: a text and members, kept in step."""

import base64

import pytest

from cozy.rooms.collections.errors import (
    AlreadyHere,
    AlwaysThere,
    BadName,
    BadText,
    NoCollection,
    NoItem,
    NotExpected,
    NotInBin,
    ReadOnly,
    TextTooLarge,
    TooManyCollections,
    UidTaken,
    WrongComponent,
)
from cozy.rooms.collections.model import DELETED, TEXT_LIMIT, Expected, original_of, uid_of
from cozy.rooms.collections.service import binned, inline, items, shelves
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import UpdateConflict
from cozy.rooms.documents.model import Edit
from cozy.rooms.documents.service import bulk, replicas, single
from tests.collections.conftest import CARDS, card


def put(work, name="a.card", text=None, box="box", **expected):
    return items.put(work, "cards", box, name, text or card(), Expected(**expected))


def read(work, name="a.card", box="box"):
    return items.one(work, "cards", box, name)


def document_of(work, name="a.card"):
    return documents.fetch(work, CARDS, read(work, name).entry.id)


def test_a_text_is_given_back_word_for_word_and_is_a_document(work):
    entry, is_new = put(work, text=card(more="X-MINE;P=1:odd\r\n"))
    assert is_new
    item = read(work)
    assert item.text == card(more="X-MINE;P=1:odd\r\n")
    assert (item.entry, item.entry.size) == (entry, len(item.text))
    document = document_of(work)
    assert (document.body["title"], uid_of(document.body)) == ("Hello", "u1")
    assert entry.etag == f'"{document.rev}"'


def test_the_same_text_again_is_no_change(work):
    first, _ = put(work)
    again, is_new = put(work)
    assert (again, is_new) == (first, False)


def test_what_the_text_does_not_speak_of_stays_in_the_document(work):
    put(work)
    document = document_of(work)
    single.change(work, CARDS, document.id, document.rev, {**document.body, "favourite": True})
    put(work, text=card(title="Later"))
    assert document_of(work).body["favourite"] is True
    assert document_of(work).body["title"] == "Later"


def test_what_an_app_writes_reaches_the_text_with_the_unknown_kept(work):
    put(work, text=card(more="X-MINE:odd\r\n"))
    document = document_of(work)
    single.change(work, CARDS, document.id, document.rev, {**document.body, "title": "By an app"})
    assert read(work).text == card(title="By an app", more="X-MINE:odd\r\n")


def test_what_an_app_makes_is_in_the_default_collection_under_its_id(work):
    document = single.make(work, CARDS, {"title": "New"})
    assert read(work, f"{document.id}.card").text == f"UID:{document.id}\r\nTITLE:New\r\n"


def test_bulks_deletions_and_erasing_are_followed(work, kind):
    bulk.write(work, CARDS, [Edit("one", "", {"title": "1"}), Edit("two", "", {"title": "2"})])
    assert [entry.name for entry in items.entries(work, "cards", "box")] == ["one.card", "two.card"]
    one = documents.fetch(work, CARDS, "one")
    single.remove(work, CARDS, "one", one.rev)
    assert [entry.name for entry in items.entries(work, "cards", "box")] == ["two.card"]
    replicas.erase(work, CARDS)
    assert items.entries(work, "cards", "box") == []
    assert kind.seen == {("box", "one.card"): None, ("box", "two.card"): None}


def test_a_document_that_says_so_is_not_shown_to_phones(work):
    document = single.make(work, CARDS, {"title": "New"})
    single.change(work, CARDS, document.id, document.rev, {"title": "New", "hidden": True})
    with pytest.raises(NoItem):
        read(work, f"{document.id}.card")


def test_expectations_are_looked_at_in_the_same_transaction(work):
    entry, _ = put(work, if_none_match="*")
    with pytest.raises(NotExpected):
        put(work, text=card(title="x"), if_none_match="*")
    with pytest.raises(NotExpected):
        put(work, text=card(title="x"), if_match='"1-other"')
    put(work, text=card(title="x"), if_match=f'"0-x", {entry.etag}')
    with pytest.raises(NotExpected):
        items.delete(work, "cards", "box", "a.card", Expected(if_match=entry.etag))
    with pytest.raises(NotExpected):
        put(work, "new.card", card("u2"), if_match="*")
    assert read(work).text == card(title="x")


def test_a_uid_has_one_name_in_a_collection(work):
    put(work)
    with pytest.raises(UidTaken) as error:
        put(work, "b.card")
    assert error.value.facts["name"] == "a.card"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "x" * 256, "a\x00"])
def test_names_that_cannot_be_are_refused(work, name):
    with pytest.raises(BadName):
        put(work, name)


def test_texts_that_cannot_be_are_refused(work):
    with pytest.raises(BadText):
        put(work, text="TITLE:x\r\n")
    with pytest.raises(WrongComponent):
        put(work, text=card(more="KIND:OTHER\r\n"))
    with pytest.raises(TextTooLarge):
        put(work, text=card(more="X" * TEXT_LIMIT))
    assert items.entries(work, "cards", "box") == []


def test_pages_write_members_and_the_text_follows(work):
    put(work, text=card(more="X-MINE:odd\r\n"))
    document = document_of(work)
    saved = items.save(work, "cards", {"title": "By hand"}, id_=document.id, rev=document.rev)
    assert read(work).text == card(title="By hand", more="X-MINE:odd\r\n")
    assert read(work).entry.rev == saved.rev
    with pytest.raises(UpdateConflict):
        items.save(work, "cards", {"title": "Late"}, id_=document.id, rev=document.rev)
    made = items.save(work, "cards", {"title": "Made"})
    assert read(work, f"{made.id}.card").text == f"UID:{made.id}\r\nTITLE:Made\r\n"


def test_collections_are_made_changed_and_deleted_into_the_bin(work):
    shelves.create(work, "cards", {"name": "Second", "color": "#ff0000"}, "second")
    with pytest.raises(AlreadyHere):
        shelves.create(work, "cards", {"name": "Again"}, "second")
    assert shelves.change(work, "cards", "second", {"name": "Other", "color": None}).name == "Other"
    put(work, box="second")
    assert [(box.id, box.name) for box in shelves.all_(work, "cards")] == [
        ("box", "Box"),
        ("second", "Other"),
    ]
    shelves.delete(work, "cards", "second")
    with pytest.raises(NoCollection):
        read(work, box="second")
    with pytest.raises(AlwaysThere):
        shelves.delete(work, "cards", "box")
    (kept,) = binned.all_(work, "cards")
    (gone,) = binned.collections(work, "cards")
    assert (gone.item, kept.along) == ("second", gone.id)
    assert binned.empty(work, "cards") == 2


def second(work):
    """A second box with two cards that is deleted, after one of its cards was."""
    made = shelves.create(work, "cards", {"name": "Second", "color": "#ff0000"}, "second")
    for uid in ["u1", "u2", "u3"]:
        put(work, f"{uid}.card", card(uid), box="second")
    items.delete(work, "cards", "second", "u3.card")
    shelves.delete(work, "cards", "second")
    return made


def test_a_collection_is_restored_with_what_was_deleted_with_it(work):
    made = second(work)
    (gone,) = binned.collections(work, "cards")
    binned.restore(work, gone.id)
    back = shelves.one(work, "cards", "second")
    assert (back.name, back.color, back.body) == (made.name, made.color, made.body)
    assert {each.uid for each in items.entries(work, "cards", "second")} == {"u1", "u2"}
    assert (binned.collections(work, "cards"), len(binned.all_(work, "cards"))) == ([], 1)
    with pytest.raises(NotInBin):
        binned.restore(work, gone.id)


def test_an_item_that_is_restored_brings_its_collection_back(work):
    made = second(work)
    earlier = binned.all_(work, "cards")[-1]
    binned.restore(work, earlier.id)
    assert shelves.one(work, "cards", "second").body == made.body
    assert [each.uid for each in items.entries(work, "cards", "second")] == ["u3"]
    for each in binned.all_(work, "cards"):
        binned.restore(work, each.id)
    assert len(items.entries(work, "cards", "second")) == 3
    assert items.entries(work, "cards", "box") == []
    assert binned.collections(work, "cards") == []


def test_a_restored_collection_leaves_one_of_its_id_as_it_is(work):
    second(work)
    shelves.create(work, "cards", {"name": "Another"}, "second")
    binned.restore(work, binned.collections(work, "cards")[0].id)
    assert shelves.one(work, "cards", "second").name == "Another"
    assert len(items.entries(work, "cards", "second")) == 2


def test_an_item_whose_collection_is_nowhere_is_restored_into_the_default_one(work):
    second(work)
    documents.delete(work, documents.fetch(work, DELETED, binned.collections(work, "cards")[0].id))
    binned.restore(work, binned.all_(work, "cards")[0].id)
    (back,) = items.entries(work, "cards", "box")
    assert items.one(work, "cards", "box", back.name).text == card(back.uid)


def test_no_collection_is_restored_where_there_are_too_many(work, monkeypatch):
    second(work)
    monkeypatch.setattr(binned, "COLLECTIONS_LIMIT", 1)
    shelves.create(work, "cards", {"name": "Third"}, "third")
    for each in [*binned.collections(work, "cards"), *binned.all_(work, "cards")]:
        with pytest.raises(TooManyCollections):
            binned.restore(work, each.id)
    assert len(binned.all_(work, "cards")) == 3


def test_the_default_collection_has_a_document_once_it_is_changed(work):
    assert shelves.one(work, "cards", "box").rev == ""
    assert shelves.change(work, "cards", "box", {"color": "#00ff00"}).color == "#00ff00"
    assert [box.id for box in shelves.all_(work, "cards")] == ["box"]


def test_a_copy_of_another_place_can_be_looked_at_only(work, kind):
    shelves.create(work, "cards", {"name": "Copy", "is_read_only": True}, "copy")
    with pytest.raises(ReadOnly):
        put(work, box="copy")
    items.put(work, "cards", "copy", "a.card", card(), by_source=True)
    with pytest.raises(ReadOnly):
        items.delete(work, "cards", "copy", "a.card")
    items.delete(work, "cards", "copy", "a.card", by_source=True)
    kind.copies.add("copy")
    shelves.delete(work, "cards", "copy")
    assert (binned.all_(work, "cards"), binned.collections(work, "cards")) == ([], [])
    assert kind.gone == ["copy"]


def test_what_a_document_says_of_itself_keeps_nothing_out_of_the_bin(work):
    shelves.create(work, "cards", {"name": "Mine"}, "mine")
    put(work, box="mine")
    shelves.change(work, "cards", "mine", {"is_read_only": True})
    shelves.delete(work, "cards", "mine")
    assert len(binned.all_(work, "cards")) == len(binned.collections(work, "cards")) == 1


def test_an_item_moves_with_its_document(work):
    shelves.create(work, "cards", {"name": "Second"}, "second")
    put(work)
    id_ = read(work).entry.id
    assert items.move(work, "cards", ("box", "a.card"), ("second", "b.card"), overwrites=False)
    assert read(work, "b.card", "second").entry.id == id_
    assert items.entries(work, "cards", "box") == []
    put(work, "c.card", card("u2"))
    with pytest.raises(AlreadyHere):
        items.move(work, "cards", ("box", "c.card"), ("second", "b.card"), overwrites=False)
    assert not items.move(work, "cards", ("box", "c.card"), ("second", "b.card"), overwrites=True)
    assert [each.item for each in binned.all_(work, "cards")] == [id_]


def test_what_is_deleted_can_be_restored_for_thirty_days(work):
    put(work)
    items.delete(work, "cards", "box", "a.card")
    with pytest.raises(NoItem):
        read(work)
    (kept,) = binned.all_(work, "cards")
    restored = binned.restore(work, kept.id)
    assert (restored.id, read(work, f"{restored.id}.card").text) == (kept.item, card())
    items.remove(work, "cards", CARDS, restored.id)
    assert binned.empty(work, "cards") == 1


PICTURE = base64.b64encode(bytes(range(256)) * 8192).decode()  # 2 MiB, as base64 2.8 MB


def test_large_values_are_kept_beside_the_text_and_put_back(work):
    folded = "\r\n ".join(PICTURE[i : i + 74] for i in range(0, len(PICTURE), 74))
    text = card(more=f"PHOTO;ENCODING=b;TYPE=JPEG:{folded}\r\nEND:1\r\n")
    entry, _ = put(work, text=text)
    held = original_of(document_of(work).body)
    assert len(held) < 200
    assert "END:1" in held
    back = read(work).text.replace("\r\n ", "")
    assert back == text.replace("\r\n ", "")
    assert all(len(line) <= 75 for line in read(work).text.split("\r\n"))
    assert entry.size == len(text)


def test_values_that_no_text_names_are_forgotten_after_a_day(work, clock):
    text = card(more=f"PHOTO:data:image/png;base64,{PICTURE[:8000]}\r\n")
    put(work, text=text)
    marker = original_of(document_of(work).body)
    put(work, text=card())
    clock.advance(hours=25)
    later = work.__class__(work.home, work.origin, work.caller, clock.now, work.db, work.settings, work.ports)
    assert inline.value(later, marker) == PICTURE[:8000]
    inline.sweep(later)
    assert inline.value(later, marker) is None


def test_markers_from_outside_are_refused(work):
    with pytest.raises(BadText):
        put(work, text=card(more=f"X-A:cozy-inline:{'0' * 64}\r\n"))
    with pytest.raises(BadText):
        put(work, text=card(more=f"X-A:cozy-inl\r\n ine:{'0' * 64}\r\n"))


def test_a_document_that_names_a_value_over_and_over_grows_no_larger_than_a_text_may_be(work):
    put(work, text=card(more=f"PHOTO;ENCODING=b:{PICTURE}\r\n"))
    marker = document_of(work).body["cozyMetadata"]["item"]["text"].partition("b:")[2].strip()
    original = {"uid": "u2", "of": "", "text": card("u2", more=f"X-A:{marker}\r\n" * 1000)}
    made = single.make(work, CARDS, {"title": "x", "cozyMetadata": {"item": original}})
    assert len(read(work, f"{made.id}.card").text) < 1.1 * TEXT_LIMIT
