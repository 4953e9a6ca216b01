"""What people have elsewhere, brought in."""
