from pathlib import Path

import pytest

from cxr_core.datasets import catalogue
from cxr_core.datasets.sources import PhantomSource
from tests.bad_inputs import make_bad_inputs
from tests.pages.conftest import read_all, wait_for
from tests.pictures import make_picture

DATA = "pages/data.py"
FILES = {f"train/NORMAL/IM-{i:04d}-0001.jpeg": make_picture(i) for i in range(1, 9)}
FILES |= {f"train/PNEUMONIA/person{i}_virus_{i}.jpeg": make_picture(100 + i, 200) for i in range(1, 9)}
FILES |= {"test/NORMAL/IM-0001-0002.jpeg": make_picture(1), "test/NORMAL/bad.jpeg": b"oops"}


@pytest.fixture
def small(make_folder, monkeypatch) -> Path:
    folder = make_folder(FILES, "small")
    monkeypatch.setenv("CXR_DATA", str(folder))
    return folder


def list_opening_buttons(app) -> list[str]:
    return [b.key.removeprefix("open ") for b in app.button if b.key and b.key.startswith("open ")]


def test_the_summary_tells_the_faults(open_page, small):
    app = open_page(DATA, dataset="small")
    assert [m.value for m in app.metric] == ["18", "17", "10", "8"]
    text = wait_for(app, "**Shortcuts")
    assert "**Patients in two splits" in text
    assert "**The same file more than once" in text
    assert "Files that cannot be used" in text
    assert "not a medical device" in text


def test_phantoms_are_called_synthetic(open_page):
    app = open_page(DATA, dataset="Phantoms")
    assert "Synthetic: no patients" in read_all(app)
    assert "**A planted marker" not in wait_for(app, "**Synthetic")
    wait_for(open_page(DATA, dataset="Phantoms with a planted marker"), "**A planted marker")


def test_a_large_data_set_is_read_only_when_asked(open_page, make_folder, monkeypatch):
    picture = make_picture(0)
    many = {f"train/{label}/{i}.jpeg": picture for i in range(300) for label in ("NORMAL", "PNEUMONIA")}
    monkeypatch.setenv("CXR_DATA", str(make_folder(many)))
    app = open_page(DATA, dataset="set")
    assert "once all 600 files were read" in read_all(app)
    assert "**Readable" not in read_all(app)
    next(b for b in app.button if b.label == "Read all files").click().run()
    wait_for(app, "**Readable")
    wait_for(open_page(DATA, dataset="set"), "**Readable")


def test_what_changed_is_seen_after_looking_again(open_page, small):
    app = open_page(DATA, dataset="small")
    wait_for(app, "**Unreadable files")
    (small / "test/NORMAL/bad.jpeg").write_bytes(make_picture(77))
    next(b for b in app.button if b.label == "Look again").click().run()
    assert "**Unreadable files" not in wait_for(app, "**Readable")


def test_a_home_that_fails_is_said_in_one_sentence_and_tried_again(open_page, small, home):
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "arrays").write_text("in the way")
    app = open_page(DATA, dataset="small")
    assert "“small” cannot be kept" in wait_for(app, "mend that").replace("\\", "")
    (home / "cache" / "arrays").unlink()
    wait_for(app.run(), "**Shortcuts")


def test_cases_are_filtered_opened_and_left_again(open_page, small):
    app = open_page(DATA, dataset="small", view="Cases")
    assert len(list_opening_buttons(app)) == 18
    app.pills(key="Class small").set_value(["PNEUMONIA"]).run()
    assert {f.split("/")[1] for f in list_opening_buttons(app)} == {"PNEUMONIA"}
    app.text_input(key="words small").set_value("person3").run()
    assert list_opening_buttons(app) == ["train/PNEUMONIA/person3_virus_3.jpeg"]
    app.text_input(key="words small").set_value("nobody").run()
    assert "No case fits" in read_all(app)
    app.text_input(key="words small").set_value("").run()
    next(b for b in app.button if b.key == "open train/PNEUMONIA/person3_virus_3.jpeg").click().run()
    assert "person3\\_virus\\_3\\.jpeg" in app.subheader[0].value
    assert app.query_params["case"] == "train/PNEUMONIA/person3_virus_3.jpeg"
    next(b for b in app.button if b.label == "Next").click().run()
    assert "person4" in app.subheader[0].value
    next(b for b in app.button if b.label == "All cases").click().run()
    assert {f.split("/")[1] for f in list_opening_buttons(app)} == {"PNEUMONIA"}


def test_an_unreadable_case_says_why_and_the_others_are_shown(open_page, small):
    app = open_page(DATA, dataset="small", view="Cases")
    assert ["is a text file" in e.value for e in app.error] == [True]
    app = open_page(DATA, dataset="small", view="Cases", case="test/NORMAL/bad.jpeg")
    assert "is a text file" in app.error[0].value


def test_names_from_a_manifest_are_shown_as_they_stand(open_page, make_folder, monkeypatch):
    nasty = "**x** [y](http://e) <b>$z$</b> :red[r]"
    manifest = (
        f"file,label,subtype,patient\na.jpg,NORMAL,,p1\nb.jpg,PNEUMONIA,{nasty},{nasty}\nc.jpg,PNEUMONIA,other,p3\n"
    )
    files = {f"{name}.jpg": make_picture(i) for i, name in enumerate("abc")}
    monkeypatch.setenv("CXR_DATA", str(make_folder(files | {"manifest.csv": manifest.encode()})))
    app = open_page(DATA, dataset="set", view="Cases")
    markdown = [e.value for e in app.markdown] + [c.value for c in app.caption]
    markdown += [b.label for b in app.button] + [o for p in app.pills for o in p.options]
    shown = [text for text in markdown if "http" in text]
    assert shown
    assert not [text for text in shown if "[y](" in text or "**x" in text or "<b>" in text]


def test_a_link_restores_data_set_view_and_case(open_page, small):
    app = open_page(DATA, dataset="small", view="Cases", case="train/NORMAL/IM-0002-0001.jpeg")
    assert app.selectbox[0].value == "small"
    assert "IM\\-0002\\-0001\\.jpeg" in app.subheader[0].value


def test_a_link_to_what_is_not_here_falls_back(open_page, small):
    app = open_page(DATA, dataset="gone", view="Cases", case="../../etc/passwd")
    assert app.selectbox[0].value == "small"
    assert list_opening_buttons(app)


def test_the_other_radiographs_of_a_patient_are_one_click_away(open_page, small):
    app = open_page(DATA, dataset="small", view="Cases", case="train/NORMAL/IM-0001-0001.jpeg")
    next(b for b in app.button if "0002" in b.label).click().run()
    assert app.query_params["case"] == "test/NORMAL/IM-0001-0002.jpeg"


def test_the_truth_about_a_phantom_can_be_outlined(open_page):
    app = open_page(
        DATA, dataset="Phantoms", view="Cases", case=next(f for f in PhantomSource().list_files() if "PNEUMONIA" in f)
    )
    app.toggle(key="truth").set_value(True).run()
    assert not app.exception
    assert "planted marker" in read_all(app)


def test_an_added_data_set_can_be_removed_and_its_files_stay(open_page, make_folder):
    folder = make_folder(FILES, "added")
    catalogue.add_dataset(folder)
    app = open_page(DATA, dataset="added")
    next(b for b in app.button if b.label == "Remove").click().run()
    assert "added" not in app.selectbox[0].options
    assert all((folder / file).exists() for file in FILES)


def test_one_file_is_read_and_nothing_is_stored(open_page, home):
    app = open_page(DATA, view="Open a file")
    before = sorted(p for p in home.rglob("*") if "store" not in p.name)
    app.file_uploader(key="radiograph").upload("chest.dcm", make_picture(0, 300, 240)).run()
    assert "chest\\.dcm" in app.subheader[0].value
    assert not app.error
    assert sorted(p for p in home.rglob("*") if "store" not in p.name) == before


def test_every_bad_input_is_one_sentence_on_the_page(open_page):
    app = open_page(DATA, view="Open a file")
    wrong = []
    for bad in make_bad_inputs():
        app.file_uploader(key="radiograph").set_value(None)
        app.file_uploader(key="radiograph").upload(bad.name or "unnamed file", bad.data).run()
        said = [e.value.replace("\\", "") for e in app.error]
        if app.exception or len(said) != 1 or bad.expects not in said[0]:
            wrong.append((bad.name, said, list(app.exception)))
    assert wrong == []
