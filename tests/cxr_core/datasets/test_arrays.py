import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxr_core.datasets.arrays import are_kept, find_fingerprint, open_arrays
from cxr_core.datasets.layouts import read_dataset
from cxr_core.types import Refusal
from tests.conftest import ROOT
from tests.pictures import make_picture

FILES = {f"train/{label}/{i}.jpg": make_picture(i) for i, label in enumerate(["NORMAL", "PNEUMONIA"] * 4)}


def count_calls(calls: list[str]):
    return lambda doing, done, total: calls.append(doing)


def test_pixels_are_those_that_opencv_decodes_and_scales(make_folder):
    arrays = open_arrays(read_dataset(make_folder(FILES)), 64)
    assert arrays.pixels.shape == (8, 64, 64)
    assert isinstance(arrays.pixels, np.memmap)
    assert arrays.files == tuple(sorted(FILES))
    for file, kept in zip(arrays.files, arrays.pixels, strict=True):
        decoded = cv2.imdecode(np.frombuffer(FILES[file], np.uint8), cv2.IMREAD_GRAYSCALE)
        expected = cv2.resize(decoded.astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
        assert np.abs(kept - expected).max() <= 2  # two JPEG decoders may round differently


def test_the_facts_of_every_file_are_kept(make_folder):
    record = open_arrays(read_dataset(make_folder(FILES)), 64).records[0]
    assert (record.width, record.height, record.channels) == (96, 80, 1)
    assert record.bytes == len(FILES[record.file])


def test_a_second_opening_decodes_nothing_and_gives_the_same(make_folder):
    folder, calls = make_folder(FILES), []
    first = open_arrays(read_dataset(folder), 64)
    assert are_kept(read_dataset(folder), 64)
    again = open_arrays(read_dataset(folder), 64, count_calls(calls))
    assert calls == []
    assert np.array_equal(first.pixels, again.pixels)
    assert first.records == again.records


def test_a_moved_data_set_finds_its_arrays_and_a_changed_one_does_not(make_folder, tmp_path):
    folder, calls = make_folder(FILES), []
    before = find_fingerprint(read_dataset(folder))
    open_arrays(read_dataset(folder), 64)
    moved = shutil.move(folder, tmp_path / "elsewhere")
    open_arrays(read_dataset(moved), 64, count_calls(calls))
    assert set(calls) == {"Reading files"}
    (moved / "train/NORMAL/0.jpg").write_bytes(make_picture(99))
    assert not are_kept(read_dataset(moved), 64)
    changed = open_arrays(read_dataset(moved), 64)
    assert changed.fingerprint != before
    assert changed.pixels[0].tolist() != open_arrays(read_dataset(make_folder(FILES)), 64).pixels[0].tolist()


def test_unreadable_files_are_listed_and_cost_no_row(make_folder):
    bad = {
        "train/NORMAL/empty.jpg": b"",
        "train/NORMAL/page.jpg": b"<html></html>",
        "train/NORMAL/cut.jpg": make_picture(3)[:700],
    }
    arrays = open_arrays(read_dataset(make_folder(FILES | bad)), 64)
    assert {s.file for s in arrays.unreadable} == set(bad)
    assert all(s.file.split("/")[-1] in s.reason for s in arrays.unreadable)
    assert arrays.files == tuple(sorted(FILES))
    clean = open_arrays(read_dataset(make_folder(FILES, "clean")), 64)
    assert np.array_equal(arrays.pixels, clean.pixels)


@pytest.mark.parametrize("harm", ["truncate", "delete", "garble"])
def test_a_damaged_cache_is_built_anew(make_folder, home, harm):
    dataset = read_dataset(make_folder(FILES))
    expected = np.array(open_arrays(dataset, 64).pixels)
    (folder,) = (home / "cache" / "arrays").iterdir()
    if harm == "truncate":
        os.truncate(folder / "pixels.npy", 500)
    elif harm == "delete":
        (folder / "pixels.npy").unlink()
    else:
        (folder / "records.json").write_text("{")
    assert np.array_equal(open_arrays(dataset, 64).pixels, expected)


def test_a_reader_who_leaves_stops_the_work_and_leaves_nothing_behind(make_folder, home):
    class Left(BaseException):
        pass

    def leave(doing, done, total):
        if doing.startswith("Decoding"):
            raise Left

    with pytest.raises(Left):
        open_arrays(read_dataset(make_folder(FILES)), 64, leave)
    assert list((home / "cache" / "arrays").iterdir()) == []
    assert len(open_arrays(read_dataset(make_folder(FILES)), 64).files) == 8


KILLED = """
import os, signal, sys
from pathlib import Path
from cxr_core.datasets.arrays import open_arrays
from cxr_core.datasets.layouts import read_dataset
def die(doing, done, total):
    if doing.startswith("Decoding"):
        os.kill(os.getpid(), signal.SIGKILL)
open_arrays(read_dataset(Path(sys.argv[1])), 64, die)
"""


def test_a_build_that_was_killed_does_not_pass_for_a_whole_one(make_folder):
    folder = make_folder(FILES)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT)
    assert killed.returncode == -9
    assert not are_kept(read_dataset(folder), 64)
    assert len(open_arrays(read_dataset(folder), 64).files) == 8


BUILT = """
import sys
from pathlib import Path
from cxr_core.datasets.arrays import open_arrays
from cxr_core.datasets.layouts import read_dataset
sys.stdin.readline()
print(int(open_arrays(read_dataset(Path(sys.argv[1])), 64).pixels.sum()))
"""


def test_processes_that_build_at_the_same_moment_all_get_the_same(make_folder, home):
    folder = make_folder(FILES)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    builders = [subprocess.Popen([sys.executable, "-c", BUILT, str(folder)], cwd=ROOT, **pipes) for _ in range(4)]
    for builder in builders:
        builder.stdin.write("go\n")
        builder.stdin.flush()
    sums = {builder.communicate(timeout=60)[0] for builder in builders}
    assert sums == {f"{int(open_arrays(read_dataset(folder), 64).pixels.sum())}\n"}
    assert len(list((home / "cache" / "arrays").iterdir())) == 1


def test_what_a_killed_build_left_is_swept_away_a_day_later(make_folder, home):
    left = home / "cache" / "arrays" / "started-before"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    open_arrays(read_dataset(make_folder(FILES)), 64)
    assert not left.exists()


def test_a_change_of_permissions_alone_makes_a_file_be_read_again(make_folder):
    folder = make_folder(FILES)
    open_arrays(read_dataset(folder), 64)
    (folder / "train/NORMAL/0.jpg").chmod(0o600)
    calls = []
    open_arrays(read_dataset(folder), 64, count_calls(calls))
    assert set(calls) == {"Reading files"}


def mount_tmpfs(folder: Path, kilobytes: int) -> bool:
    """A disk that is soon full. Needs the rights to mount."""
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={kilobytes}k".encode()) == 0


def test_a_full_disk_is_said_and_does_not_kill_the_process(make_folder, tmp_path, monkeypatch):
    dataset = read_dataset(make_folder(FILES))
    disk = tmp_path / "disk"
    if not sys.platform.startswith("linux") or not mount_tmpfs(disk, 200):
        pytest.skip("a small disk can be mounted only by root on Linux")
    try:
        monkeypatch.setenv("CXR_HOME", str(disk / "home"))
        with pytest.raises(Refusal, match=r"“set” needs more room than the disk of .* has left: free some space"):
            open_arrays(dataset, 512)
        assert list((disk / "home" / "cache" / "arrays").iterdir()) == []
    finally:
        ctypes.CDLL(None).umount(str(disk).encode())


def test_a_zip_gives_the_same_pixels_as_its_folder(make_folder, tmp_path):
    folder = make_folder(FILES)
    zipped = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    assert np.array_equal(
        open_arrays(read_dataset(folder), 64).pixels, open_arrays(read_dataset(Path(zipped)), 64).pixels
    )
