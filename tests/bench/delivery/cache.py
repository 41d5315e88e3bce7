"""A folder for what is made once: the compiled load client, the virtual environment of stock Channels."""

import os
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anwangge-bench"
CACHE.mkdir(parents=True, exist_ok=True)
