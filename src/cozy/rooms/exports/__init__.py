"""A home taken along, in forms that need no Cozy."""
