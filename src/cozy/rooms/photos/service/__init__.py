"""What can be done with photos. `rolls` are sequences of them: of everything, of an album, of a place…"""

from . import albums, inbox, memories, places, rolls, timeline, together

__all__ = ["albums", "inbox", "memories", "places", "rolls", "timeline", "together"]
