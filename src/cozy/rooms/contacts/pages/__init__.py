"""People's face of the contacts room: the list, a person, the form, what needs a look now and then."""

from . import bins, birthdays, editing, first, groups, lists, persons, photos, who
from .door import routes

__all__ = [
    "bins", "birthdays", "editing", "first", "groups", "lists", "persons", "photos", "routes", "who",
]  # fmt: skip
