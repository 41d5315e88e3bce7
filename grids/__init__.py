"""Divide a territory into balanced, contiguous grids; check, repair and locate."""
