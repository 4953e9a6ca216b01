"""What can be done to keep copies in step with those in other homes."""

from . import beginning, receiving, rounds, shortage, tracking

__all__ = ["beginning", "receiving", "rounds", "shortage", "tracking"]
