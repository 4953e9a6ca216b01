"""Search: everything in a home, found by its words."""
