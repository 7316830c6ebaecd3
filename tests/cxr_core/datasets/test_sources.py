import re
import struct

import cv2
import numpy as np
import pytest

from cxr_core.datasets.catalogue import open_upload
from cxr_core.datasets.layouts import read_dataset
from cxr_core.datasets.patients import find_patient
from cxr_core.datasets.sources import FolderSource, PhantomSource, ZipSource, open_source
from cxr_core.types import Refusal
from tests.bad_zips import change, make_bad_zips, pack


def test_a_folder_and_its_zip_are_read_the_same(tmp_path, make_folder):
    files = {"train/NORMAL/a.png": b"one", "train/PNEUMONIA/b.png": b"two", ".DS_Store": b"x", "__MACOSX/._a.png": b"y"}
    folder = FolderSource(make_folder(files))
    zipped = ZipSource(tmp_path / "set.zip", pack(files))
    assert folder.list_files() == zipped.list_files() == ["train/NORMAL/a.png", "train/PNEUMONIA/b.png"]
    for file in folder.list_files():
        assert folder.read(file) == zipped.read(file)
        assert folder.digest(file) == zipped.digest(file)


def test_reading_a_zip_writes_nothing(tmp_path):
    (tmp_path / "set.zip").write_bytes(pack({"NORMAL/a.png": b"one"}))
    before = sorted(tmp_path.rglob("*"))
    assert ZipSource(tmp_path / "set.zip").read("NORMAL/a.png") == b"one"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("bad", make_bad_zips(), ids=lambda bad: bad.name)
def test_every_bad_zip_is_refused_in_one_sentence_and_unpacks_nothing(bad, tmp_path):
    path = tmp_path / bad.name
    path.write_bytes(bad.data)
    with pytest.raises(Refusal, match=re.escape(bad.expects)) as refused:
        read_dataset(path)
    assert len(str(refused.value).splitlines()) == 1
    with pytest.raises(Refusal, match=re.escape(bad.expects)):
        open_upload(bad.data, bad.name)
    assert list(tmp_path.glob("**/*")) == [path]


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_claims(tmp_path):
    packed = change(pack({"NORMAL/a.bmp": bytes(5_000_000)}), 24, struct.pack("<I", 1000))  # the size once unpacked
    with pytest.raises(Refusal, match="is damaged inside its zip"):
        ZipSource(tmp_path / "liar.zip", packed).read("NORMAL/a.bmp")


def test_a_file_that_went_away_is_refused(tmp_path):
    with pytest.raises(Refusal, match=r"“gone\.png” cannot be read \(No such file or directory\)"):
        FolderSource(tmp_path).read("NORMAL/gone.png")


def test_a_path_that_is_nothing_is_refused(tmp_path):
    with pytest.raises(Refusal, match=r"is not there: check the path"):
        open_source(tmp_path / "gone")


def test_phantoms_are_the_same_at_every_reading_and_balanced():
    source = PhantomSource(count=20, seed=5)
    files = source.list_files()
    assert len(files) == 20
    assert sum("/NORMAL/" in f for f in files) == 10
    assert {f.split("/")[0] for f in files} == {"train", "val", "test"}
    assert source.read(files[0]) == source.read(files[0])
    pixels = cv2.imdecode(np.frombuffer(source.read(files[0]), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(pixels / np.float32(255), source.draw(files[0]).radiograph.pixels)


def test_the_name_of_a_phantom_tells_its_sub_type():
    source = PhantomSource(count=30)
    for file in source.list_files():
        drawn = source.draw(file)
        assert find_patient(file)[1] == (drawn.subtype or "normal")


def test_phantoms_with_a_marker_are_another_data_set():
    plain, planted = PhantomSource(4), PhantomSource(4, shortcut=True)
    file = next(f for f in plain.list_files() if "PNEUMONIA" in f)
    assert plain.location != planted.location
    assert plain.digest(file) != planted.digest(file)
    assert plain.read(file) != planted.read(file)
