import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.bad_inputs import BadInput, make_bad_inputs
from tests.bad_zips import make_bad_zips
from tests.pictures import make_picture

FILES = {f"train/NORMAL/IM-{i:04d}-0001.jpeg": make_picture(i) for i in range(1, 9)}
FILES |= {f"train/PNEUMONIA/person{i}_virus_{i}.jpeg": make_picture(100 + i, 200) for i in range(1, 9)}


def open_file(page: Page, name: str, data: bytes) -> None:
    chooser = page.locator("[data-testid='stFileUploader'] input[type=file]")
    chooser.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})


def test_the_summary_shows_figures_with_text_alternatives(app, page):
    page.goto(f"{app}/data?dataset=Phantoms")
    expect(page.get_by_text("Before you trust a model trained on it")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    expect(page.get_by_text("All are 256 x 256 pixels")).to_be_visible()
    described = page.locator("[aria-label*='Stacked bars'], [alt*='Stacked bars']")
    assert described.count() >= 1 or "Stacked bars of the number" in page.content()


def test_a_check_shows_how_far_it_is_can_be_stopped_and_outlives_a_reload(app, page):
    page.goto(f"{app}/data?dataset=Phantoms+with+a+planted+marker")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Decoding radiographs: [\d,]+ of 500"))).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).last.click()
    page.get_by_role("button", name="Read all files").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.goto(f"{app}/")
    page.goto(f"{app}/data?dataset=Phantoms+with+a+planted+marker")
    expect(page.get_by_text("A planted marker.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_cases_are_browsed_opened_outlined_and_linked(app, page):
    page.goto(f"{app}/data?dataset=Phantoms&view=Cases")
    page.get_by_role("button", name="PNEUMONIA", exact=True).click()
    expect(page.get_by_text("250 of 500 radiographs")).to_be_visible()
    first = page.get_by_role("button", name=re.compile("^phantom-")).first
    expect(first).to_contain_text("phantom-")
    name = first.inner_text().strip()
    first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    picture = page.locator("[data-testid='stImage'] img")
    expect(picture).to_have_count(1)
    plain = picture.get_attribute("src")
    assert plain.endswith(".png")  # no compression between the file and the reader's eye
    page.get_by_text("Outline the known truth").click()
    expect(picture).not_to_have_attribute("src", plain)
    expect(page).to_have_url(re.compile(f"case=.*{name}"))
    page.reload()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("button", name="All cases").click()
    expect(page.get_by_text("of 500 radiographs")).to_be_visible()


def test_a_folder_is_added_by_its_path_used_and_removed(app, page, make_folder):
    folder = make_folder(FILES, "by path")
    page.goto(f"{app}/data")
    page.get_by_role("button", name="Add a data set").click()
    path = page.get_by_label("Folder or zip on the computer that runs CXR Lens")
    path.fill(str(folder / "nothing"))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("“nothing” is not there: check the path")).to_be_visible()
    path.fill(str(folder))
    path.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Shortcuts.")).to_be_visible()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("16")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("is no longer listed")).to_be_visible()
    assert all((folder / file).exists() for file in FILES)


def test_a_zip_is_looked_at_first_and_saved_on_a_word(app, page, make_folder, tmp_path, server_home):
    zipped = shutil.make_archive(str(tmp_path / "sent"), "zip", make_folder(FILES))
    page.goto(f"{app}/data")
    page.get_by_role("button", name="Add a data set").click()
    open_file(page, "sent.zip", Path(zipped).read_bytes())
    expect(page.get_by_text("16 radiographs of 16 patients. Nothing is saved yet.")).to_be_visible()
    assert not list(server_home.rglob("sent*"))
    page.get_by_role("button", name="Save it here").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stMetric").first).to_contain_text("16")
    assert [p.name for p in (server_home / "datasets").iterdir()] == ["sent.zip"]


def test_bad_zips_end_in_one_sentence_and_save_nothing(app, page, server_home):
    page.goto(f"{app}/data?view=Open+a+file")
    page.get_by_role("button", name="Add a data set").click()
    dialog = page.get_by_role("dialog")
    wrong = []
    for bad in make_bad_zips():
        chooser = dialog.locator("[data-testid='stFileUploader'] input[type=file]")
        chooser.set_input_files({"name": bad.name, "mimeType": "application/zip", "buffer": bad.data})
        try:
            expect(dialog.get_by_role("alert")).to_contain_text(bad.expects, timeout=10_000)
        except AssertionError:
            wrong.append((bad.name, dialog.get_by_role("alert").all_inner_texts()))
        dialog.get_by_test_id("stFileUploader").get_by_role("button", name=re.compile("Remove|Delete")).first.click()
        expect(dialog.get_by_role("alert")).to_have_count(0)
    assert wrong == []
    assert [p.name for p in (server_home / "datasets").glob("*") if p.name != "sent.zip"] == []


def test_a_radiograph_is_opened_and_nothing_is_stored(app, page, server_home):
    page.goto(f"{app}/data?view=Open+a+file")
    expect(page.get_by_text("Nothing is stored")).to_be_visible()
    before = sorted(p for p in server_home.rglob("*") if p.name != "server.log" and "store.sqlite" not in p.name)
    open_file(page, "chest.jpg", make_picture(0, 300, 240))
    expect(page.get_by_role("heading", name="chest.jpg")).to_be_visible()
    expect(page.get_by_text("240 x 300 pixels")).to_be_visible()
    picture = page.get_by_role("img", name="The radiograph that was opened")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 240
    assert before == sorted(
        p for p in server_home.rglob("*") if p.name != "server.log" and "store.sqlite" not in p.name
    )


def test_the_dicom_samples_are_read_or_refused_as_they_should(app, page, shared_data):
    page.goto(f"{app}/data?view=Open+a+file")
    open_file(page, "one.dcm", (shared_data / "dicom" / "udacity_test1.dcm").read_bytes())
    expect(page.get_by_text("1,024 x 1,024 pixels")).to_be_visible()
    page.reload()
    open_file(page, "five.dcm", (shared_data / "dicom" / "udacity_test5.dcm").read_bytes())
    expect(page.get_by_role("alert")).to_contain_text("“five.dcm” is a CT")


def choose_bad_inputs() -> list[BadInput]:
    """One of each sentence: all of them are tried without a browser. Browsers themselves rewrite quotes in names."""
    chosen = {bad.expects: bad for bad in make_bad_inputs() if bad.name and not set(bad.name) & set('"\n')}
    return list(chosen.values())


def test_bad_inputs_end_in_one_sentence_and_their_names_are_only_text(app, page):
    page.goto(f"{app}/data?view=Open+a+file")
    inputs = choose_bad_inputs()
    assert len(inputs) >= 25
    wrong = []
    for bad in inputs:
        open_file(page, bad.name, bad.data)
        try:
            expect(page.get_by_role("alert")).to_contain_text(bad.expects, timeout=10_000)
        except AssertionError:
            wrong.append((bad.name, bad.expects, page.get_by_role("alert").all_inner_texts()))
        page.get_by_test_id("stFileUploader").get_by_role("button", name=re.compile("Remove|Delete")).first.click()
        expect(page.get_by_role("alert")).to_have_count(0)
    assert wrong == []
    assert page.locator("[data-testid='stAlert'] script, [data-testid='stAlert'] a").count() == 0


@pytest.mark.parametrize("width", [420, 1024, 1920])
def test_nothing_overflows_at_any_width(app, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/data?dataset=Phantoms", "/data?dataset=Phantoms&view=Cases"):
        page.goto(app + path)
        expect(page.get_by_text("Research use only")).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, path
