"""Rooms: one folder a capability, on floors (ARCHITECTURE.md)."""
