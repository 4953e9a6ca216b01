"""Cozy, a digital home: one person's files and documents, on a host of their choice."""
