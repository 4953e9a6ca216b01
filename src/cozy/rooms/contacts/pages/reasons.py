"""What can be wrong with a card, in the words that its reader gives: here so that they have a translation."""

from __future__ import annotations

from cozy.ui import N_

REASONS = (
    N_("BEGIN is missing before this line"),
    N_("a continued line without a line before it"),
    N_("a name, a colon and a value are expected"),
    N_("a vCard of version 3.0 or 4.0 is expected"),
    N_("another END is expected here"),
    N_("one vCard is expected"),
    N_("the name or its parameters are not well formed"),
    N_("too many components inside of one another"),
    N_("what begins here is never ended"),
)
