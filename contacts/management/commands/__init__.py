"""Notifications on the command line."""
