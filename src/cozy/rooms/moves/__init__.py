"""A home moves to another host while it is in use."""
