"""`cozy token`, `cozy device-password`, and what `cozy homes` needs of how people and programs get in."""

from .device_password import device_password
from .homes import add, link_login, reset_passphrase
from .services import add_service
from .token import token

__all__ = ["add", "add_service", "device_password", "link_login", "reset_passphrase", "token"]
