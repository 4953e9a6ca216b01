"""People's face of the contacts room: the list, a person, the form, what needs a look now and then."""

from . import bins, birthdays, editing, first, groups, lists, moving, persons, photos, twins, who
from .door import routes

__all__ = [
    "bins", "birthdays", "editing", "first", "groups", "lists", "moving", "persons", "photos", "routes", "twins", "who",
]  # fmt: skip
