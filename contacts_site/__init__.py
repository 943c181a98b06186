"""The project: settings, addresses of pages, roles."""
