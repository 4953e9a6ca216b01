"""A home: create, settings, quota, block, destroy."""
