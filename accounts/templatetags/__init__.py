"""Template tags about the session."""
