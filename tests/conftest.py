import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """A home of its own for every test: none touches the user's files, or finds data sets that others lack."""
    monkeypatch.setenv("CXR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CXR_DATA", "")
    monkeypatch.delenv("CXR_DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, beside the checkout or where CXR_TEST_DATA says."""
    folder = Path(os.environ.get("CXR_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "kermany" / "manifest.csv").exists():
        pytest.skip(f"the real data sets are not in {folder}")
    return folder


@pytest.fixture
def make_folder(tmp_path) -> Callable[..., Path]:
    """Writes files by their path and content; gives the folder."""

    def make(files: dict[str, bytes], name: str = "set") -> Path:
        for file, content in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path / name

    return make
