"""What can be done about other homes. Rooms above call `sure` before they ask one, `sign` what they ask, and `recognise`
whoever asks.
"""

from . import moving
from .introducing import introduction, move_record, sign
from .knowing import accept, fetch, follow, known, listed, meet, moved, recognise, refused, warn
from .meeting import sure, sure_of_move

__all__ = [
    "accept",
    "fetch",
    "follow",
    "introduction",
    "known",
    "listed",
    "meet",
    "move_record",
    "moved",
    "moving",
    "recognise",
    "refused",
    "sign",
    "sure",
    "sure_of_move",
    "warn",
]
