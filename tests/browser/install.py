"""Find a Chromium for the browser tests, or install one: Debian's own with CJK fonts, elsewhere Playwright's."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = "fonts-noto-cjk"
# in a container there is no display, no GPU and often no user namespace; and nothing may call home from a test
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
]  # fmt: skip


def found() -> str | None:
    """Path of the system's browser; None means Playwright's own."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    if found() and _has_cjk():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", FONTS)
    elif not found():
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _has_cjk() -> bool:
    listing = shutil.which("fc-list")
    return listing is None or "CJK" in subprocess.run([listing], capture_output=True, text=True).stdout


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    if done.returncode:
        sys.exit(
            f"no browser: `{' '.join(command)}` failed. Install Chromium and a CJK font, then run `make test` again."
        )


if __name__ == "__main__":
    install()
