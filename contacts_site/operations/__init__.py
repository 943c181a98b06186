"""Running the site: its health, figures about it, backups, and forgetting what is old."""
