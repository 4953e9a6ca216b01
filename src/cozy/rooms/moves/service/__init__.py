"""What can be done about homes that move from host to host: `expecting` at the new one, `leaving` at the old one."""

from . import expecting, leaving
from .following import gone_to
from .going import going_on

__all__ = ["expecting", "going_on", "gone_to", "leaving"]
