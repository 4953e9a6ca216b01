"""What people share with other people's homes."""
