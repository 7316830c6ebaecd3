"""Where the user's own files live: the store, the caches, whatever they save."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from cxr_core.types import Refusal


def find_home() -> Path:
    """The folder of the user's own files, made on first need and readable by its owner alone."""
    try:
        home = _choose_home()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Permission bits do not tell of read-only disks and network shares; writing does.
        with tempfile.TemporaryFile(dir=home):
            return home
    except (OSError, RuntimeError) as error:  # RuntimeError: an account without a home folder
        place = getattr(error, "filename", None) or os.environ.get("CXR_HOME") or "the home folder"
        cause = getattr(error, "strerror", None) or str(error)
        raise Refusal(
            "cxr-lens", f"cannot keep its files in {place} ({cause})", "set CXR_HOME to a folder you can write to"
        ) from error


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is there whole or not at all, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as started:
        try:
            started.write(content)
            started.close()
            Path(started.name).replace(path)
        finally:
            Path(started.name).unlink(missing_ok=True)


def free_disk(path: Path) -> int:
    """Bytes free on the disk that holds `path`, which need not exist yet."""
    existing = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    return shutil.disk_usage(existing).free


def _choose_home() -> Path:
    chosen = os.environ.get("CXR_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return _find_data_folder().expanduser().absolute() / "cxr-lens"


def _find_data_folder() -> Path:
    """The platform's usual folder for the data of applications."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or "~/AppData/Local")
    if sys.platform == "darwin":
        return Path("~/Library/Application Support")
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share")
