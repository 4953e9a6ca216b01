"""Content lines of vCard and iCalendar: nothing is lost, and what is wrong is found by its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cozy.dav import lines
from cozy.dav.problems import BadLine

CARD = (
    "BEGIN:vcard\r\nVERSION:3.0\r\nitem1.TEL;type=CELL;type=pref:+1 555\r\nitem1.X-ABLabel:_$!<Other>!$_\r\n"
    'ADR;LABEL="12; rue X:^nParis";TYPE=home:;;12 rue X;Paris;;;\r\nNOTE:fol\r\n ded\r\n\t twice\r\nend:VCARD\r\n'
)
names = st.from_regex(r"[A-Z][A-Z0-9\-]{0,12}", fullmatch=True).filter(lambda it: it not in {"BEGIN", "END"})
plain = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff\x7f"), max_size=120
)
parameters = st.dictionaries(
    names, st.lists(plain.map(str.strip).filter(bool), min_size=1, max_size=3), max_size=3
)


def one(text: str) -> lines.Component:
    (component,) = lines.parse(text)
    return component


def refusal(text: str, first: int = 1) -> dict[str, object]:
    with pytest.raises(BadLine) as refused:
        lines.parse(text, first)
    return refused.value.facts


def test_an_untouched_text_is_written_as_it_came():
    assert lines.write(lines.parse(CARD)) == CARD


def test_groups_parameters_and_folds_are_read():
    card = one(CARD)
    tel, label = card.lines()[1:3]
    assert (tel.name, tel.group, tel.value) == ("TEL", "item1", "+1 555")
    assert tel.params() == {"TYPE": ["CELL", "pref"]}
    assert (label.name, label.group) == ("X-ABLABEL", "item1")
    assert card.value("NOTE") == "folded twice"


def test_quotes_and_carets_of_parameters_are_undone():
    address = one(CARD).line("ADR")
    assert address is not None
    assert address.params() == {"LABEL": ["12; rue X:\nParis"], "TYPE": ["home"]}


def test_lines_are_numbered_where_they_begin():
    assert [line.number for line in one(CARD).lines()] == [2, 3, 4, 5, 6]


def test_components_lie_inside_of_one_another_in_their_order():
    calendar = one(
        "BEGIN:VCALENDAR\nX-A:1\nBEGIN:VEVENT\nBEGIN:VALARM\nEND:VALARM\nX-B:2\nEND:VEVENT\nX-C:3\nEND:VCALENDAR\n"
    )
    (event,) = calendar.components("VEVENT")
    assert [part.name for part in calendar.parts] == ["X-A", "VEVENT", "X-C"]
    assert [part.name for part in event.parts] == ["VALARM", "X-B"]
    assert event.number == 3


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line_is_understood(end: str):
    text = CARD.replace("\r\n", end)
    assert lines.write(lines.parse(text)) == CARD
    assert lines.normal(text) == CARD


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("BEGIN:VCARD\nVERSION:3.0\nnothing\nEND:VCARD", 3, "a name, a colon and a value are expected"),
        (
            'BEGIN:VCARD\nNOTE:a\n b\n\nA;B="x:y\nEND:VCARD',
            5,
            "the name or its parameters are not well formed",
        ),
        ("BEGIN:VCARD\nFN:a\n", 1, "what begins here is never ended"),
        ("BEGIN:VCARD\nFN:a\nEND:VEVENT\n", 3, "another END is expected here"),
        ("\n\nFN:a\n", 3, "BEGIN is missing before this line"),
        ("BEGIN:VCARD\nEND:VCARD\nEND:VCARD\n", 3, "BEGIN is missing before this line"),
        (" FN:a\n", 1, "a continued line without a line before it"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, reason: str):
    assert refusal(text) == {"line": line, "reason": reason}


def test_numbers_of_lines_go_on_from_where_a_piece_of_a_file_began():
    assert refusal("BEGIN:VCARD\nnothing\nEND:VCARD", first=41)["line"] == 42


def test_components_that_never_end_being_nested_are_refused():
    assert refusal("BEGIN:A\n" * 30)["line"] == 21


def test_a_long_line_without_a_colon_is_refused_at_once():
    assert refusal("BEGIN:VCARD\n" + 'A;B="' * 50_000 + "\nEND:VCARD")["line"] == 2
    assert refusal("BEGIN:VCARD\n" + "A;" * 100_000 + "\nEND:VCARD")["line"] == 2


def test_quoted_printable_of_version_2_1_goes_on_after_its_equals_sign():
    card = one(
        "BEGIN:VCARD\nNOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:caf=C3=A9=\n au lait=0D=0A=\nfin\nTEL;HOME;VOICE:1\nEND:VCARD\n"
    )
    note, tel = card.lines()
    assert lines.unquoted(note.value, note.param("CHARSET")) == "café au lait\nfin"
    assert tel.params() == {"TYPE": ["HOME", "VOICE"]}
    assert tel.number == 5


def test_bare_base64_of_version_2_1_goes_on_without_a_space():
    card = one("BEGIN:VCARD\nVERSION:2.1\nPHOTO;ENCODING=BASE64;JPEG:AAAA\nBBBB\nCC==\n\nFN:x\nEND:VCARD\n")
    assert card.value("PHOTO") == "AAAABBBBCC=="
    assert card.value("FN") == "x"


def test_a_file_of_many_is_split_so_that_each_can_be_refused_alone():
    text = "BEGIN:VCARD\nFN:a\nEND:VCARD\n\nBEGIN:VCARD\nFN:b\nBEGIN:VCARD\nFN:c\nEND:VCARD\nnoise\nBEGIN:VCARD\nEND:VCARD"
    assert list(lines.split(text, "VCARD")) == [
        (1, "BEGIN:VCARD\nFN:a\nEND:VCARD"),
        (5, "BEGIN:VCARD\nFN:b"),
        (7, "BEGIN:VCARD\nFN:c\nEND:VCARD"),
        (10, "noise\nBEGIN:VCARD\nEND:VCARD"),
    ]


def test_a_card_inside_of_an_agent_is_no_card_of_its_own():
    text = "BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nFN:b\nEND:VCARD\nFN:a\nEND:VCARD"
    assert list(lines.split(text, "VCARD")) == [(1, text)]
    assert one(text).value("FN") == "a"


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("é€".encode(), ""),
        ("é€".encode("utf-8-sig"), ""),
        ("é€".encode("utf-16"), ""),
        ("é€".encode("cp1252"), ""),
        ("é€".encode("cp1252"), "utf-8"),
        ("é€".encode("iso-8859-15"), "iso-8859-15"),
        ("é€".encode(), "nobody-knows"),
        ("é€".encode(), "us-ascii"),
        (b"\xc3\r\n \xa9\xe2\x82\n \xac", ""),
    ],
)
def test_bytes_become_text_whatever_their_charset(content: bytes, charset: str):
    assert lines.decode(content, charset) == "é€"


def test_control_characters_are_left_out():
    assert lines.normal("A:x\x00y\x0bz\ud800\n") == "A:xyz\r\n"


def test_an_empty_line_that_is_continued_is_not_kept():
    text = "\n BEGIN:VCARD\nEND:VCARD\n"
    assert lines.normal(text) == "BEGIN:VCARD\r\nEND:VCARD\r\n"
    assert one(lines.normal(text)).name == one(text).name == "VCARD"


def test_empty_parts_and_escaped_separators_of_a_value_are_kept():
    assert lines.fields(r"a\;b;;c\\;d;") == [r"a\;b", "", r"c\\", "d", ""]
    assert lines.texts(r"a\, b,c\nd,e\\") == ["a, b", "c\nd", "e\\"]


@settings(max_examples=60)
@given(names, plain, parameters, names)
def test_a_line_of_ours_reads_back_as_it_was_meant(
    name: str, value: str, params: dict[str, list[str]], group: str
):
    made = lines.make(name, lines.escape(value), params, group)
    text = lines.write([lines.Component("X", (made,))])
    assert all(len(each.encode()) <= 75 for each in text.split("\r\n"))
    (read,) = one(text).lines()
    assert (read.name, read.group, lines.unescape(read.value)) == (name, group, value)
    assert read.params() == params
    assert lines.write([one(text)]) == text


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_line(text: str):
    found = attempt(text)
    if isinstance(found, int):
        assert 1 <= found <= text.count("\n") + text.count("\r") + 1
    else:
        assert attempt(lines.write(found)) is not None


def attempt(text: str) -> tuple[lines.Component, ...] | int:
    """What a text holds, or the number of the line that is wrong."""
    try:
        return lines.parse(text)
    except BadLine as refused:
        return int(refused.facts["line"])


@settings(max_examples=60)
@given(st.binary(max_size=100))
def test_any_bytes_become_text(content: bytes):
    assert isinstance(lines.decode(content), str)
