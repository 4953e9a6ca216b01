"""What the administration can do."""

from . import entering, facts, health, homes, plans, telling, tokens, usage

__all__ = ["entering", "facts", "health", "homes", "plans", "telling", "tokens", "usage"]
