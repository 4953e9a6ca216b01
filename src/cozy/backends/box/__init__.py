"""Programs in boxes, on Linux, without any privilege or service. `runner.py` keeps the kernel's promise."""
