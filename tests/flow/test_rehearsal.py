"""The whole path with simulated phones over a real server: nothing lost, nothing twice, also when the server is killed."""

import json
import subprocess
import sys
from pathlib import Path

ANWANGGE = Path(sys.executable).parent / "anwangge"


def rehearse(*options):
    done = subprocess.run([str(ANWANGGE), "rehearse", "--json", *options], capture_output=True, text=True)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_thirty_phones_while_the_web_process_is_killed_twice():
    code, verdict = rehearse("--phones", "30", "--kill-web", "2", "--seed", "7")
    assert verdict["faults"] == []
    assert (verdict["lost"], verdict["duplicated"]) == (0, 0)
    assert verdict["received"] == verdict["answered"] == verdict["sent"] > 0
    assert {"cut", "twice", "offline"} <= set(verdict["ways"])
    assert code == 0
