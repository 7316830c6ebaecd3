import stat
import struct
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxr_core.datasets.patients import find_patient
from cxr_core.datasets.sources import FolderSource, PhantomSource, ZipSource, open_source
from cxr_core.types import Refusal


def make_zip(path: Path, members: dict[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def test_a_folder_and_its_zip_are_read_the_same(tmp_path, make_folder):
    files = {"train/NORMAL/a.png": b"one", "train/PNEUMONIA/b.png": b"two", ".DS_Store": b"x", "__MACOSX/._a.png": b"y"}
    folder = FolderSource(make_folder(files))
    zipped = ZipSource(make_zip(tmp_path / "set.zip", files))
    assert folder.list_files() == zipped.list_files() == ["train/NORMAL/a.png", "train/PNEUMONIA/b.png"]
    for file in folder.list_files():
        assert folder.read(file) == zipped.read(file)
        assert folder.digest(file) == zipped.digest(file)


def test_reading_a_zip_writes_nothing(tmp_path):
    make_zip(tmp_path / "set.zip", {"NORMAL/a.png": b"one"})
    before = sorted(tmp_path.rglob("*"))
    assert ZipSource(tmp_path / "set.zip").read("NORMAL/a.png") == b"one"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:/evil.png", "a\\..\\evil.png"]
)
def test_a_zip_that_points_outside_is_refused(tmp_path, name):
    path = make_zip(tmp_path / "slip.zip", {"NORMAL/a.png": b"fine", name: b"evil"})
    with pytest.raises(Refusal, match=r"“slip.zip” holds a file that points outside of it: pack"):
        open_source(path)


def test_a_zip_with_a_symbolic_link_is_refused(tmp_path):
    path = make_zip(tmp_path / "link.zip", {"NORMAL/a.png": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    with pytest.raises(Refusal, match="holds a symbolic link"):
        open_source(path)


def test_a_locked_zip_is_refused(tmp_path):
    path = make_zip(tmp_path / "locked.zip", {"NORMAL/a.png": b"abc"})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # the flag for encryption in the list of contents
    path.write_bytes(raw)
    with pytest.raises(Refusal, match="locked by a password"):
        open_source(path)


def test_a_zip_bomb_is_refused_unopened(tmp_path):
    path = make_zip(tmp_path / "bomb.zip", {f"NORMAL/{i}.bmp": bytes(20_000_000) for i in range(3)})
    assert path.stat().st_size < 100_000
    with pytest.raises(Refusal, match=r"would unpack to 0\.1 GB, [\d,]+ times its own size"):
        open_source(path)


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_claims(tmp_path):
    path = make_zip(tmp_path / "liar.zip", {"NORMAL/a.bmp": bytes(5_000_000)})
    raw = bytearray(path.read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[central + 24 : central + 28] = struct.pack("<I", 1000)  # the size once unpacked
    path.write_bytes(raw)
    with pytest.raises(Refusal, match="is damaged inside its zip"):
        ZipSource(path).read("NORMAL/a.bmp")


def test_a_file_that_went_away_is_refused(tmp_path):
    with pytest.raises(Refusal, match=r"“gone\.png” cannot be read \(No such file or directory\)"):
        FolderSource(tmp_path).read("NORMAL/gone.png")


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_truncated_zip_is_refused(tmp_path, keep):
    whole = make_zip(tmp_path / "whole.zip", {"NORMAL/a.png": np.random.default_rng(0).bytes(5000)}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(Refusal, match=r"“cut\.zip” is neither a folder nor a zip file"):
        open_source(tmp_path / "cut.zip")


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
