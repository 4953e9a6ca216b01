"""Sharing with people whose files are at a server of another kind."""
