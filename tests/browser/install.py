"""Finds a Chromium or Chrome for the browser tests, and installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_browser() -> str | None:
    """The path of an installed browser, or of the one Playwright downloaded."""
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    return installed or (str(MAC) if MAC.exists() else _find_downloaded())


def _find_downloaded() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def list_ways() -> list[list[str]]:
    """The commands that may bring a browser, the distribution's own first."""
    ways = []
    if shutil.which("apt-get"):
        become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if not become_root or shutil.which("sudo"):
            install = "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy chromium"
            ways.append([*become_root, "sh", "-c", install])
    return [*ways, [sys.executable, "-m", "playwright", "install", "--with-deps", "--only-shell", "chromium"]]


def main() -> None:
    for way in list_ways():
        if find_browser():
            break
        print("No browser for the tests yet, trying:", *way, flush=True)
        subprocess.run(way, check=False)
    found = find_browser()
    print(
        f"Browser tests use {found}." if found else "No browser could be installed. Install Chromium or Chrome by hand."
    )
    sys.exit(not found)


if __name__ == "__main__":
    main()
