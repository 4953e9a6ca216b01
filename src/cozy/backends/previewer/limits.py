"""How much of the machine an order may take, by its recipe."""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """What is taken from a worker that goes beyond it is its life."""

    patience_s: float = 20.0  # by the clock
    cpu_s: int = 20
    memory: int = 3 * 1024**3  # bytes of address space; pictures of 100 megapixels pass, bombs do not


USUAL = Limit()
LIMITS: dict[str, Limit] = {  # of recipes that need another one
    "text_pdf": Limit(patience_s=180.0, cpu_s=150),  # of a book, or thirty scans
    "text_picture": Limit(patience_s=60.0, cpu_s=50),
}


def limit_of(recipe: str) -> Limit:
    """What an order for this recipe may take."""
    return LIMITS.get(recipe, USUAL)
