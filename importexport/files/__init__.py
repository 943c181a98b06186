"""Spreadsheets as rows of cells, whatever their format. Nothing here knows of contacts."""
