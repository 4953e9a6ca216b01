"""Cozy, a digital home: one person's files and documents, on a host of their choice."""

__version__ = "0.1.0"
