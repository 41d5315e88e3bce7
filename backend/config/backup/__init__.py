"""Backup and restore: one file that holds the database and the files, whole, and goes back whole."""
