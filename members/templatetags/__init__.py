"""Template tags for members and for all pages."""
