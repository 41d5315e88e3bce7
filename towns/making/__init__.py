"""How the demo towns are made: an invented landscape and an invented register, the same bytes on every run."""
