"""The owner's pictures and films: when, where, in which albums."""
