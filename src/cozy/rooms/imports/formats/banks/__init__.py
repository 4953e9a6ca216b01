"""Statements of banks, in whichever of their formats, as accounts and operations."""
