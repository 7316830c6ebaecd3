import shutil
from pathlib import Path

import pytest

from cxr_core.datasets import catalogue
from cxr_core.types import Refusal

FILES = {"train/NORMAL/IM-0001-0001.jpeg": b"a", "train/PNEUMONIA/person1_virus_1.jpeg": b"b"}


def list_names() -> list[str]:
    return [entry.name for entry in catalogue.list_datasets()]


def test_without_any_data_the_phantoms_are_there():
    assert list_names() == ["Phantoms", "Phantoms with a planted marker"]
    assert catalogue.open_dataset("Phantoms").synthetic


def test_folders_and_zips_of_the_known_places_are_found(make_folder, tmp_path, monkeypatch):
    make_folder(
        {f"one/{f}": b"x" for f in FILES} | {"masks/manifest.csv": b"file,mask\n", "empty/readme.txt": b""}, "place"
    )
    (tmp_path / "place/masks/train/NORMAL").mkdir(parents=True)
    shutil.make_archive(str(tmp_path / "place/two"), "zip", make_folder(FILES))
    monkeypatch.setenv("CXR_DATA", str(tmp_path / "place"))
    assert list_names()[:2] == ["one", "two"]
    assert len(catalogue.open_dataset("two").cases) == 2
    assert "masks" not in list_names()


def test_cxr_data_may_be_the_data_set_itself(make_folder, monkeypatch):
    monkeypatch.setenv("CXR_DATA", str(make_folder(FILES)))
    assert list_names()[0] == "set"


def test_what_was_added_is_remembered_and_removed_without_touching_its_files(make_folder):
    folder = make_folder(FILES)
    catalogue.add_dataset(folder, "Mine")
    assert list_names()[0] == "Mine"
    assert len(catalogue.open_dataset("Mine").cases) == 2
    with pytest.raises(Refusal, match="“Mine” is the name of a data set that is here already"):
        catalogue.add_dataset(folder, "Mine")
    catalogue.remove_dataset("Mine")
    assert "Mine" not in list_names()
    assert all((folder / file).exists() for file in FILES)


def test_what_is_no_data_set_is_not_added(tmp_path):
    with pytest.raises(Refusal, match="holds no cases"):
        catalogue.add_dataset(tmp_path)
    with pytest.raises(Refusal, match="is not there"):
        catalogue.add_dataset(tmp_path / "gone")
    assert list_names() == list(catalogue.PHANTOMS)


def test_a_data_set_that_was_moved_away_is_said_when_it_is_opened(make_folder):
    folder = make_folder(FILES)
    catalogue.add_dataset(folder)
    shutil.rmtree(folder)
    with pytest.raises(Refusal, match="“set” is not there"):
        catalogue.open_dataset("set")
    with pytest.raises(Refusal, match="“nonsense” is not among the data sets here"):
        catalogue.open_dataset("nonsense")


def test_an_upload_is_written_only_when_it_is_kept(make_folder, tmp_path, home):
    data = Path(shutil.make_archive(str(tmp_path / "up"), "zip", make_folder(FILES))).read_bytes()
    assert len(catalogue.open_upload(data, "up.zip").cases) == 2
    assert not list(home.rglob("*.zip"))
    entry = catalogue.keep_upload(data, "../../up.zip")
    assert Path(entry.location) == home / "datasets" / "up.zip"
    assert len(catalogue.open_dataset("up").cases) == 2
    with pytest.raises(Refusal, match="has the name of a data set that is here already"):
        catalogue.keep_upload(data, "up.zip")
    with pytest.raises(Refusal, match="is not a whole zip file"):
        catalogue.keep_upload(b"junk", "junk.zip")
    assert [p.name for p in (home / "datasets").iterdir()] == ["up.zip"]
