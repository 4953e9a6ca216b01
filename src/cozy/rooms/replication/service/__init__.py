"""What can be done to keep copies in step with those in other homes."""

from . import asides, beginning, receiving, rounds, shortage, tracking

__all__ = ["asides", "beginning", "receiving", "rounds", "shortage", "tracking"]
