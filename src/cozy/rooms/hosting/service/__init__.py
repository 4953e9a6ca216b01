"""What the administration can do."""

from . import (
    entering,
    facts,
    health,
    homes,
    invitations,
    labels,
    moving_in,
    payments,
    plans,
    purchases,
    selling,
    stripe,
    telling,
    tokens,
    usage,
    webhooks,
)

__all__ = [
    "entering",
    "facts",
    "health",
    "homes",
    "invitations",
    "labels",
    "moving_in",
    "payments",
    "plans",
    "purchases",
    "selling",
    "stripe",
    "telling",
    "tokens",
    "usage",
    "webhooks",
]
