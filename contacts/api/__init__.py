"""How other software tells members something: the HTTP API, and its tokens."""
