"""Connectors: programs that bring what the owner has elsewhere; and services of apps, which work while nobody looks."""
