"""Taking items in: each kind by the room that keeps its like, in one transaction with the note that it came."""

from .batches import Ready, Took, take

__all__ = ["Ready", "Took", "take"]
