"""Sport: what watches and phones note of a walk, a run, a ride."""
