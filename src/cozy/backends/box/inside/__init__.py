"""What makes a box and waits in front of it: a process of its own, that imports nothing but Python itself."""
