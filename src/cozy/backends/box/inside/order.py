"""What the one who waits in front of a box is told, as JSON."""

from __future__ import annotations

from typing import TypedDict


class Order(TypedDict):
    """Which program, and within which walls."""

    parent: int  # the process that waits for the end: without it the box ends, too
    argv: list[str]
    home: str  # its folder
    gateway: str  # the one socket that it may connect to
    root: str  # an empty folder, for a root of its own
    readable: list[str]
    namespaces: bool  # whether to ask for some
    needs_walls: bool  # whether something that a local socket leads to must be out of sight
    memory: int  # bytes of all its processes together
    disk: int  # bytes in its folder
    wanted: str  # the name of a file that it leaves in its folder and that is to be kept; "" for none
    kept: int  # the file descriptor that this file is written to
    report: int  # the file descriptor that what happens is told on, a JSON object a line
