"""Which data sets are here: the built-in phantoms, those in the known folders, and those the user added."""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cxr_core.datasets.layouts import MANIFEST, DataSet, list_cases, read_dataset
from cxr_core.datasets.sources import PhantomSource, ZipSource
from cxr_core.home import find_home, write_whole
from cxr_core.store import open_store
from cxr_core.types import LABELS, SPLITS, Refusal, shorten_name

PHANTOMS = {
    "Phantoms": PhantomSource(),
    "Phantoms with a planted marker": PhantomSource(shortcut=True),
}
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"  # a folder of data sets next to the checkout


@dataclass(frozen=True)
class Entry:
    """A data set that can be opened by its name."""

    name: str
    location: str  # "" for the built-in ones
    added: bool = False  # by the user, who can remove it again


def list_datasets() -> list[Entry]:
    """Real data sets first, the built-in phantoms last. Nothing is opened for it but the folders' tops."""
    with closing(open_store()) as store:
        added = [Entry(record.name, record.location, added=True) for record in store.list_datasets()]
    known = {Path(entry.location) for entry in added}
    found = [Entry(path.stem, str(path)) for path in _find_folders() if path not in known]
    names: set[str] = set()
    entries = []
    for entry in [*added, *found, *(Entry(name, "") for name in PHANTOMS)]:
        if entry.name not in names:  # the first of a name counts: what the user named, then the known folders in order
            names.add(entry.name)
            entries.append(entry)
    return entries


def open_dataset(name: str) -> DataSet:
    if name in PHANTOMS:
        return list_cases(PHANTOMS[name], name)
    for entry in list_datasets():
        if entry.name == name:
            return read_dataset(Path(entry.location), name)
    raise Refusal(name, "is not among the data sets here", "choose another, or add its folder again")


def add_dataset(path: Path, name: str = "") -> Entry:
    """Remembers a folder or zip under a name, once it has been seen to be a data set. Nothing is copied."""
    dataset = read_dataset(path.expanduser(), name.strip())
    taken = {entry.name for entry in list_datasets()}
    if dataset.name in taken:
        raise Refusal(dataset.name, "is the name of a data set that is here already", "give it another name")
    with closing(open_store()) as store:
        store.add_dataset(dataset.name, dataset.source.location)
    return Entry(dataset.name, dataset.source.location, added=True)


def remove_dataset(name: str) -> None:
    """Forgets a data set the user added. Its files stay where they are."""
    with closing(open_store()) as store:
        store.remove_dataset(name)


def _find_folders() -> list[Path]:
    """Data sets in the folders of CXR_DATA (if unset, beside the checkout), then in the user's home."""
    named = os.environ.get("CXR_DATA", str(BESIDE)).split(os.pathsep)
    found: list[Path] = []
    for place in (*(Path(name).expanduser() for name in named if name), find_home() / "datasets"):
        if looks_like_dataset(place):
            found.append(place)
        elif place.is_dir():
            found += sorted(p for p in place.iterdir() if p.suffix == ".zip" or looks_like_dataset(p))
    return [path.resolve() for path in found]


def looks_like_dataset(folder: Path) -> bool:
    """Whether a folder has at its top what a data set has. A folder of lung masks has not: its manifest says so."""
    if (folder / MANIFEST).is_file():
        with (folder / MANIFEST).open(encoding="utf-8-sig", errors="replace") as file:
            return {"file", "label"} <= set(file.readline().strip().split(","))
    tops = (folder, *(folder / split for split in SPLITS))
    return any((top / label).is_dir() for top in tops for label in LABELS)


def open_upload(data: bytes, name: str) -> DataSet:
    """A zip as it was uploaded, in memory: to be looked at before anything is saved."""
    return list_cases(ZipSource(Path(name), data), Path(name).stem)


def keep_upload(data: bytes, name: str) -> Entry:
    """Saves an uploaded zip under the home's data sets. Called when the user says so, never before."""
    dataset = open_upload(data, name)
    kept = find_home() / "datasets" / f"{shorten_name(dataset.name)}.zip"
    if kept.exists() or dataset.name in {entry.name for entry in list_datasets()}:
        raise Refusal(name, "has the name of a data set that is here already", "rename the file and add it again")
    write_whole(kept, data)
    return Entry(dataset.name, str(kept))
