"""How soon the pages can be used, in a real browser on a server just started: `python -m benchmarks.pages`."""

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, serve
from tests.browser.install import find_browser

REPEATS = 5
PAGES = {
    "home": ("/", "Phantoms with a planted marker"),
    "data, cases": ("/data?dataset=Phantoms&view=Cases", "of 500 radiographs"),
    "data, open a file": ("/data?dataset=Phantoms&view=Open+a+file", "Nothing is stored"),
}


def measure(browser: Browser, address: str, text: str) -> float:
    """Seconds from asking for the page to its last text standing there."""
    page = browser.new_page()
    start = perf_counter()
    page.goto(address)
    page.get_by_text(text).first.wait_for()
    seconds = perf_counter() - start
    page.close()
    return seconds


def start_and_measure(browser: Browser, path: str, text: str) -> tuple[float, float]:
    """Seconds on a server just started, and the next time on the same."""
    with tempfile.TemporaryDirectory() as home, serve(Path(home)) as address:
        return measure(browser, address + path, text), measure(browser, address + path, text)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        measure(browser, "data:text/html,warm", "warm")
        for name, (path, text) in PAGES.items():
            cold, warm = zip(*(start_and_measure(browser, path, text) for _ in range(REPEATS)), strict=True)
            print(f"{name:18} cold {median(cold):5.2f} s (worst {max(cold):5.2f}), then {median(warm):5.2f} s")
        browser.close()


if __name__ == "__main__":
    main()
