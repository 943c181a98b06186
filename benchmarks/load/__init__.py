"""`make load`: people at work on the site, beside a bare Django page, and what it cost."""
