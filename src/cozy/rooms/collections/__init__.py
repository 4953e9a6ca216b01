"""Calendars and address books alike: items, their texts, and what changed."""
