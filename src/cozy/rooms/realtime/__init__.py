"""What changes, told at once to who may know."""
