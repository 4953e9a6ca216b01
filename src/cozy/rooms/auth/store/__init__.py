"""The SQL of getting in."""

from . import attempts, clients, credentials, sessions

__all__ = ["attempts", "clients", "credentials", "sessions"]
