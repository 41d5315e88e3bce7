"""A peer that is not here."""


class Absent(Exception):
    """Says why; the ratios with it are then null, and nothing fails."""
