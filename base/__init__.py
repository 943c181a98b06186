"""What all apps stand on; it knows nothing of members or contacts."""
