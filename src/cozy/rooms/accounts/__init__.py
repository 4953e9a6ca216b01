"""Accounts that the owner has elsewhere, and what opens them."""
