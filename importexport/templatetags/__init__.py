"""Template tags that lead to contact files."""
