"""The site: what its parts share, its settings, and how it is run."""

__version__ = "0.4.0"
