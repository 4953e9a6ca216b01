"""The SQL of the administration, on the host's list."""

from . import entering, invitations, messages, payments, plans, purchases, usage, webhooks

__all__ = ["entering", "invitations", "messages", "payments", "plans", "purchases", "usage", "webhooks"]
