"""The public Kermany data set, from Kaggle to a folder: resumed where it was cut off, and verified."""

import hashlib
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import NoReturn

from cxr_core.datasets.layouts import DataSet, read_dataset
from cxr_core.home import find_home
from cxr_core.types import NORMAL, PNEUMONIA, TEST, TRAIN, VALIDATION, Refusal

HANDLE = "paultimothymooney/chest-xray-pneumonia"
COUNTS = {
    (TRAIN, NORMAL): 1341, (TRAIN, PNEUMONIA): 3875,
    (VALIDATION, NORMAL): 8, (VALIDATION, PNEUMONIA): 8,
    (TEST, NORMAL): 234, (TEST, PNEUMONIA): 390,
}  # fmt: skip
# SHA-256 of the sorted SHA-1s of the 5,840 training and test files, a line each.
CONTENT = "7e45a29889236fd7628f76f368337565c1b932e5b010574c216c76b452ea823f"
CREDIT = "Kermany et al. 2018, doi:10.17632/rscbjbr9sj, CC BY 4.0"


def find_kermany_home() -> Path:
    """Where the data set goes when nothing else is asked for; the pages look there."""
    return find_home() / "datasets" / "kermany"


def fetch_kermany(folder: Path) -> DataSet:
    """The verified data set in that folder: downloaded now (1.2 GB), unless it is there already."""
    if not folder.exists() or not any(folder.iterdir()):
        _download(folder)
    dataset = read_dataset(folder)
    fault = find_fault(dataset)
    if fault:
        raise Refusal(str(folder), f"is not the published Kermany set: {fault}", "delete the folder and fetch it again")
    return dataset


def find_fault(dataset: DataSet) -> str | None:
    """Where the files differ from the published ones, or None: their numbers, then every byte of train and test."""
    counts = Counter((c.split, c.label) for c in dataset.cases)
    for (split, label), expected in COUNTS.items():
        if counts[split, label] != expected:
            return f"{split}/{label} holds {counts[split, label]:,} radiographs and not {expected:,}"
    digests = sorted(dataset.source.digest(c.file) for c in dataset.cases if c.split != VALIDATION)
    if hashlib.sha256("\n".join(digests).encode()).hexdigest() != CONTENT:
        return "the numbers are right, but some files are not those that were published"
    return None


def _download(folder: Path) -> None:
    """Kagglehub keeps a half-finished download beside the folder and goes on with it the next time."""
    import kagglehub
    import requests

    unfinished = folder.with_name(folder.name + ".download")
    unfinished.mkdir(parents=True, exist_ok=True)
    os.environ["KAGGLEHUB_CACHE"] = str(unfinished)
    try:
        downloaded = Path(kagglehub.dataset_download(HANDLE))
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout):
        _refuse(folder, "could not be fetched: Kaggle cannot be reached from here")
    except OSError as error:
        _refuse(folder, f"could not be fetched: {error.strerror or error}")
    except Exception as error:  # kagglehub's own kinds: no such data set, a damaged download, not allowed
        _refuse(folder, f"could not be fetched: Kaggle answered “{str(error).splitlines()[0][:120]}”")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        folder.rmdir()  # empty, or we would not be here
    shutil.move(_find_root(downloaded), folder)
    shutil.rmtree(unfinished)


def _find_root(downloaded: Path) -> Path:
    """The folder with train, val and test: the archive wraps them once, and holds a second copy deeper down."""
    roots = [path.parent.parent for path in downloaded.rglob(NORMAL) if path.parent.name == TRAIN]
    return min(roots, key=lambda path: len(path.parts), default=downloaded)


def _refuse(folder: Path, problem: str) -> NoReturn:
    raise Refusal(
        "kermany",
        problem,
        f"try again later, it goes on where it stopped; or on a machine with a network, download kaggle.com/datasets/"
        f"{HANDLE} in a browser, and unpack its folder chest_xray as {folder}",
    )
