"""The SQL of getting in."""

from . import attempts, credentials, sessions

__all__ = ["attempts", "credentials", "sessions"]
