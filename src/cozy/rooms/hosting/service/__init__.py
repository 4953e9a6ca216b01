"""What the administration can do."""

from . import facts, homes, tokens

__all__ = ["facts", "homes", "tokens"]
