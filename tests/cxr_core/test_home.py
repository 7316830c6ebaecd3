import os
import stat
import sys
from pathlib import Path

import pytest

from cxr_core.home import find_home, free_disk, write_whole
from cxr_core.types import Refusal


def test_the_home_is_made_for_its_owner_alone_with_the_folders_above_it(tmp_path, monkeypatch):
    monkeypatch.setenv("CXR_HOME", str(tmp_path / "a" / "b"))
    assert find_home() == tmp_path / "a" / "b"
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_finding_the_home_again_leaves_its_files_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("CXR_HOME", str(tmp_path))
    (find_home() / "kept.txt").write_text("kept")
    assert [file.name for file in find_home().iterdir()] == ["kept.txt"]


def test_a_tilde_stands_for_the_account_s_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CXR_HOME", "~/lens")
    assert find_home() == tmp_path / "lens"


@pytest.mark.skipif(sys.platform != "linux", reason="the usual folder of Linux")
@pytest.mark.parametrize(("data_folder", "expected"), [("data", "data/cxr-lens"), (None, ".local/share/cxr-lens")])
def test_without_cxr_home_the_usual_data_folder_is_used(tmp_path, monkeypatch, data_folder, expected):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CXR_HOME", "")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    if data_folder:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / data_folder))
    assert find_home() == tmp_path / expected


def test_a_file_in_the_way_is_refused_with_the_remedy(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CXR_HOME", str(tmp_path / "file" / "lens"))
    with pytest.raises(Refusal, match=r"file.*Not a directory.*set CXR_HOME to a folder you can write to"):
        find_home()


def test_an_account_without_a_home_folder_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setenv("CXR_HOME", "~nobody-of-this-name/lens")
    with pytest.raises(Refusal, match="set CXR_HOME to a folder you can write to"):
        find_home()


@pytest.fixture
def locked_folder(tmp_path):
    """A folder that this process may not write to; the superuser steps down, as permissions do not bind it."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    yield folder
    if was_root:
        os.seteuid(0)


@pytest.mark.parametrize("below", ["", "lens"])
def test_a_folder_without_write_permission_is_refused_with_the_remedy(locked_folder, monkeypatch, below):
    monkeypatch.setenv("CXR_HOME", str(locked_folder / below))
    with pytest.raises(Refusal, match=r"Permission denied.*set CXR_HOME to a folder you can write to"):
        find_home()


def test_free_disk_of_a_folder_to_be_is_that_of_its_disk(tmp_path):
    disk = os.statvfs(tmp_path)
    free = free_disk(tmp_path / "not" / "there" / "yet")
    assert free == pytest.approx(disk.f_bavail * disk.f_frsize, rel=0.05)  # other programs write meanwhile


def test_free_disk_takes_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert free_disk(Path("not-there")) > 0


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    write_whole(tmp_path / "new" / "a.txt", b"one")
    write_whole(tmp_path / "new" / "a.txt", b"two")
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "new").iterdir()] == [("a.txt", b"two")]
    (tmp_path / "folder" / "b.txt" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "folder" / "b.txt", b"three")
    assert [p.name for p in (tmp_path / "folder").iterdir()] == ["b.txt"]
