"""Backups of this host, by who hosts it."""
