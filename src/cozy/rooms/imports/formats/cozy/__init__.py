"""Homes of Cozy, taken along: our open folder, and the archive that every Cozy makes."""
