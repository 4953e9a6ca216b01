"""Copies of what homes share, kept in step."""
