"""What lets the clients of Nextcloud feel at home here."""
