"""Template tags about mail."""
