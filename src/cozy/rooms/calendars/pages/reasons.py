"""Why a part of a file did not come in, in everyday words: the readers of files speak of their fields, in English."""

from __future__ import annotations

import re

from cozy.ui import N_, Words

_SAID = (
    (
        r"(?P<value>.+) is (?:not a date|neither a date nor a time|not a duration)",
        N_("“%(value)s” is no date, time or length of time."),
    ),
    (
        r"(?:FREQ|COUNT|UNTIL|INTERVAL|WKST|BY[A-Z]+) .+|.+ (?:comes twice|is not part of a rule)|there is no frequency .+",
        N_("How it repeats cannot be understood."),
    ),
    (r".+ needs a DTSTART", N_("It does not say when it begins.")),
    (r"more than \d+ .+", N_("It is too large to be kept.")),
    (r"this happens more .+", N_("It takes place too often to be kept.")),
    (r"the same (?:item|instance) .+", N_("It comes twice.")),
    (
        r"a continued line .+|a name, a colon .+|the name or its parameters .+",
        N_("This line is not written as it must be."),
    ),
    (
        r"BEGIN is missing .+|another END .+|what begins here .+|too many components .+|one VCALENDAR .+",
        N_("The file is damaged here: something is missing, or is not in its place."),
    ),
)


def told(reason: str, said: Words) -> str:
    """A reason as people read it. Whole sentences, as problems have them, stay and are translated."""
    for pattern, sentence in _SAID:
        if found := re.fullmatch(pattern, reason):
            return said.gettext(sentence, **found.groupdict())
    return said.gettext(reason if reason.endswith(".") else N_("This cannot be understood."))
