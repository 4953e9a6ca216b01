"""Names in a folder."""

import pytest

from cozy.rooms.files import service as files
from cozy.rooms.files.errors import BadName, NameTaken


def test_a_name_already_in_the_folder_is_refused(work, given):
    given.file("cat.txt")
    dog = given.file("dog.txt")
    with pytest.raises(NameTaken):
        files.change(work, dog.id, files.Change(name="cat.txt"))
    assert work.published == []


def test_the_same_letters_in_another_unicode_form_are_the_same_name(work, given):
    given.file("e\u0301te\u0301.txt")
    with pytest.raises(NameTaken):
        given.file("\u00e9t\u00e9.txt")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "a\nb", "\ud800", "x" * 256])
def test_a_name_that_no_folder_can_hold_is_refused(given, name):
    with pytest.raises(BadName):
        given.file(name)


def test_names_that_differ_in_case_live_side_by_side(given):
    given.file("Cat.jpg")
    assert given.file("cat.jpg").name == "cat.jpg"
