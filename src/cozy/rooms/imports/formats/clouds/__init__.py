"""Other homes of files and pictures: Nextcloud, iCloud, Immich."""
