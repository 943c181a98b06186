"""Running the site: health checks, metrics, backups, and deletion of old data."""
