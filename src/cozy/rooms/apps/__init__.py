"""Apps: what people install in their home, served on origins of their own."""
