"""What can be done about homes that move from host to host: `expecting` at the new one, `leaving` at the old one; `handing` for one of another make."""

from . import expecting, handing, leaving
from .doctypes import DOCTYPES
from .following import gone_to
from .going import going_on

__all__ = ["DOCTYPES", "expecting", "going_on", "gone_to", "handing", "leaving"]
