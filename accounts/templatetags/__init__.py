"""Template tags about one's own session."""
