"""What vdirsyncer runs on a conflict: of two texts makes one, the first with the lines that the second has more."""

import sys
from pathlib import Path

OWN = "X-ON-"  # how the lines begin that the play adds
BEFORE = ("END:VCARD", "BEGIN:VALARM")  # where it adds them


def merged(first: str, second: str) -> str:
    """One text with what was added to either."""
    here = first.splitlines()
    more = [line for line in second.splitlines() if line.startswith(OWN) and line not in here]
    before = next(line for line in here if line in BEFORE)
    return first.replace(before, "\r\n".join([*more, before]), 1)


if __name__ == "__main__":
    here, there = (Path(argument) for argument in sys.argv[1:3])
    text = merged(here.read_bytes().decode(), there.read_bytes().decode())
    for path in (here, there):
        path.write_bytes(text.encode())
