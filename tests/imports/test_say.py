"""What is said of imports, in the language of whoever reads it."""

from cozy import ui
from cozy.rooms.imports.pages import say


def test_what_is_wrong_with_a_line_is_said_in_french():
    told = say.reason(ui.words("fr"), "Line 12: what begins here is never ended")
    assert told.startswith("Ligne 12\u00a0: ")
    assert "what begins" not in told
