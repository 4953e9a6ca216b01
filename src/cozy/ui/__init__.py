"""What every page is made of: layout, components, icons, words, formats, built assets. Knows no room."""

from cozy.ui import assets, brand, doctypes, leave, letters
from cozy.ui.brand import Brand
from cozy.ui.pages import render, render_problem, render_stranded
from cozy.ui.shell import Add, Flash, Home, Link, Room, Shell, Storage
from cozy.ui.words import LOCALES, N_, Words, negotiate, words

__all__ = [
    "LOCALES",
    "N_",
    "Add",
    "Brand",
    "Flash",
    "Home",
    "Link",
    "Room",
    "Shell",
    "Storage",
    "Words",
    "assets",
    "brand",
    "doctypes",
    "leave",
    "letters",
    "negotiate",
    "render",
    "render_problem",
    "render_stranded",
    "words",
]
