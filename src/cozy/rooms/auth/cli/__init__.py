"""`cozy token`, and what `cozy homes` needs a passphrase for."""

from .homes import add, reset_passphrase
from .token import token

__all__ = ["add", "reset_passphrase", "token"]
