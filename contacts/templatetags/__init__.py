"""Template tags that show contacts."""
