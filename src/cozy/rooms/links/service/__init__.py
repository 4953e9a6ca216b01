"""What can be done with links: `making` is the owner's side, `opening` that of whoever has the address."""

from . import cards, changing, copying, days, dropping, inside, making, opening, telling, things

__all__ = [
    "cards",
    "changing",
    "copying",
    "days",
    "dropping",
    "inside",
    "making",
    "opening",
    "telling",
    "things",
]
