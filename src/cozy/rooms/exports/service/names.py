"""Names that every disk can hold: one for each thing of a folder."""

from __future__ import annotations

import re

from cozy.kernel.text import nfc

# What Windows cannot have in a name, and what a terminal would obey.
_ODD = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*/]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST = 200  # bytes: room for a number and the end of a sidecar, of the 255 that there are


class Names:
    """The names of one folder, given out one by one."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, name: str, ending: str = "") -> str:
        """This name as it may stand in a folder; with a number where another one is taken for the same by some disks."""
        stem, dot, extension = name.rpartition(".")
        if not stem or len(extension) > 20:
            stem, dot, extension = name, "", ""
        end = plain(f"{dot}{extension}{ending}") if dot or ending else ""
        stem = plain(stem)
        number, found = 1, f"{stem}{end}"
        while _same(found) in self._taken:
            number += 1
            found = f"{stem} ({number}){end}"
        self._taken.add(_same(found))
        return found


def plain(name: str) -> str:
    """A name without what no disk can hold."""
    clean = _ODD.sub("_", nfc(name))
    clean = clean.encode()[:_LONGEST].decode(errors="ignore")
    if _DEVICES.match(clean):
        clean = f"_{clean}"
    if clean.strip(". ") == "":
        clean = f"_{clean.strip()}"
    return clean if not clean.endswith((" ", ".")) else f"{clean[:-1]}_"


def _same(name: str) -> str:
    return name.casefold()
