"""Side-by-side measurements of Cozy and the servers people would otherwise use."""
