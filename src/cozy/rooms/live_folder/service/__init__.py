"""What can be done with a live folder."""

from .bringing import catch_up
from .inbox import take_in, waits
from .marking import look_again, mark
from .switching import place_of, status, turn_off, turn_on

__all__ = ["catch_up", "look_again", "mark", "place_of", "status", "take_in", "turn_off", "turn_on", "waits"]
