"""The screenshots in docs/pictures: `python -m tests.browser.pictures [FOLDER OF A DATA SET]`.

Radiographs on them are phantoms only; of the data set its figures are shown, not its pictures.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from cxr_core.datasets.sources import PhantomSource
from tests.browser.conftest import ARGUMENTS, serve
from tests.browser.install import find_browser
from tests.conftest import ROOT

PICTURES = ROOT / "docs" / "pictures"
OPACITY = next(file for file in PhantomSource().list_files() if "_lobar" in file)


def take(page: Page, address: str, waits_for: str, name: str, height: int = 860) -> None:
    page.set_viewport_size({"width": 1366, "height": height})
    page.goto(address)
    page.get_by_text(waits_for).first.wait_for(timeout=120_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # figures unfold
    page.screenshot(path=PICTURES / name)


def take_data(browser: Browser, address: str, dataset: str) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        page.goto(f"{address}/data?dataset={dataset}")
        read = page.get_by_role("button", name="Read all files")
        page.get_by_text("Before you trust a model trained on it").or_(read).first.wait_for()
        if read.count():
            read.click()
            page.get_by_text("Can the file alone").wait_for(timeout=120_000)
        take(page, f"{address}/data?dataset={dataset}", "Can the file alone", f"data-{scheme}.png", 1360)
        take(page, f"{address}/data?dataset=Phantoms&view=Cases", "of 500 radiographs", f"cases-{scheme}.png", 1180)
        page.goto(f"{address}/data?dataset=Phantoms&view=Cases&case={OPACITY}")
        page.get_by_text("Outline the known truth").click()
        page.get_by_text("planted marker").wait_for()
        page.wait_for_timeout(2500)
        page.set_viewport_size({"width": 1366, "height": 980})
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / f"case-{scheme}.png")


def take_home(browser: Browser, address: str) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        take(page, f"{address}/", "This machine", f"home-{scheme}.png", 760)


def main(data: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="cxr-lens-") as home:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        with serve(Path(home)) as address:
            take_home(browser, address)
        with serve(Path(home), data) as address:
            take_data(browser, address, Path(data).name if data else "Phantoms")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
