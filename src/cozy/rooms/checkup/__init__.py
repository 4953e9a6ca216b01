"""Proving that a home is whole: every kind of inconsistency has a name, a sentence and a test."""
