"""`cozy token`, `cozy device-password`, and what `cozy homes` needs a passphrase for."""

from .device_password import device_password
from .homes import add, reset_passphrase
from .token import token

__all__ = ["add", "device_password", "reset_passphrase", "token"]
