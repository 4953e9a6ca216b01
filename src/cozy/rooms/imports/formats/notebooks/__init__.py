"""Notes of other programs, as Markdown with what lies beside it."""
