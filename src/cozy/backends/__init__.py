"""Engines that keep the kernel's promises: databases, contents, mail. Knows no room."""
