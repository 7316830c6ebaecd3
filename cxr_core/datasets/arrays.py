"""The pixels of a data set, decoded once: one memory-mapped array a data set and size, and the facts of every file.

They are kept under the user's home by *content*: a data set that was moved or copied finds its arrays again, one in
which a picture changed does not. Pixels are stretched to a square and kept in 8 bits.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from cxr_core import radiographs
from cxr_core.datasets.layouts import DataSet, Skipped
from cxr_core.home import find_home, write_whole
from cxr_core.progress import Report, say_nothing
from cxr_core.radiographs.reading import read_facts, read_radiograph
from cxr_core.types import Refusal

T = TypeVar("T")

BATCH = 64  # files between two reports


@dataclass(frozen=True)
class FileRecord:
    """What one pass over a file found."""

    file: str
    sha1: str = ""
    width: int = 0
    height: int = 0
    channels: int = 0
    bytes: int = 0
    problem: str = ""  # the sentence of its refusal; "" where it was read


@dataclass(frozen=True, eq=False)
class Arrays:
    """Every readable radiograph of a data set at one size."""

    fingerprint: str
    pixels: NDArray[np.uint8]  # (N, S, S), memory-mapped
    records: tuple[FileRecord, ...]  # all files, the unreadable ones too, by file name

    @property
    def files(self) -> tuple[str, ...]:
        """The file of each row of `pixels`."""
        return tuple(r.file for r in self.records if not r.problem)

    @property
    def unreadable(self) -> tuple[Skipped, ...]:
        return tuple(Skipped(r.file, r.problem) for r in self.records if r.problem)


def open_arrays(dataset: DataSet, size: int, report: Report = say_nothing) -> Arrays:
    """The data set at size x size pixels: from the cache where it holds them, else decoded now and kept."""
    with _failures_in_words(dataset.name):
        fingerprint = find_fingerprint(dataset, report)
        kept = _read_kept(fingerprint, size)
        if kept is None:
            _build(dataset, fingerprint, size, report)
            kept = _read_kept(fingerprint, size)
    assert kept is not None
    return kept


@contextmanager
def _failures_in_words(name: str) -> Iterator[None]:
    """What fails in reading is a refusal of that file already: an error of the system is one of keeping."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            remedy = "free some space, or set CXR_HOME to a folder on a larger disk"
            raise Refusal(name, f"needs more room than the disk of {find_home()} has left", remedy) from None
        problem = f"cannot be kept: {error.filename or find_home()} ({error.strerror})"
        raise Refusal(name, problem, "mend that, or set CXR_HOME to a folder you can write to") from None


def are_kept(dataset: DataSet, size: int) -> bool:
    """Whether opening would be quick, told without reading a picture."""
    stamps, remembered = _stamp(dataset), _read_remembered(dataset)
    return remembered.get("stamps") == stamps and _find_folder(remembered["fingerprint"], size).exists()


def find_fingerprint(dataset: DataSet, report: Report = say_nothing) -> str:
    """A name for the content of all its files. Files are read again only where a size or time stamp has changed."""
    stamps, remembered = _stamp(dataset), _read_remembered(dataset)
    if remembered.get("stamps") == stamps:
        return remembered["fingerprint"]
    files = _list_files(dataset)
    digests = _work(partial(_digest, dataset), files, "Reading files", report)
    content = "\n".join(f"{file} {digest}" for file, digest in zip(files, digests, strict=True))
    fingerprint = hashlib.sha256(content.encode()).hexdigest()[:32]
    write_whole(_find_memory(dataset), json.dumps({"stamps": stamps, "fingerprint": fingerprint}).encode())
    return fingerprint


def _digest(dataset: DataSet, file: str) -> str:
    try:
        return dataset.source.digest(file)
    except Refusal as refusal:  # listed as unreadable when it is decoded
        return str(refusal)


def _list_files(dataset: DataSet) -> list[str]:
    return sorted({case.file for case in dataset.cases})


def _stamp(dataset: DataSet) -> str:
    def stamp(file: str) -> str:
        try:
            return f"{file} {dataset.source.stamp(file)}"
        except OSError:  # deleted since the folder was listed
            return f"{file} gone"

    return hashlib.sha256("\n".join(map(stamp, _list_files(dataset))).encode()).hexdigest()


def _find_memory(dataset: DataSet) -> Path:
    return find_home() / "cache" / "seen" / f"{hashlib.sha256(dataset.source.location.encode()).hexdigest()[:32]}.json"


def _read_remembered(dataset: DataSet) -> dict[str, str]:
    try:
        return dict(json.loads(_find_memory(dataset).read_text()))
    except (OSError, ValueError):
        return {}


def _find_folder(fingerprint: str, size: int) -> Path:
    return find_home() / "cache" / "arrays" / f"{fingerprint}-{size}-{_digest_reader()}"


@cache
def _digest_reader() -> str:
    """Changes with the code that reads, so that pixels of older rules are not taken for today's."""
    code = [Path(__file__), *sorted(Path(radiographs.__file__).parent.glob("*.py"))]
    return hashlib.sha1(b"".join(file.read_bytes() for file in code)).hexdigest()[:8]


def _read_kept(fingerprint: str, size: int) -> Arrays | None:
    folder = _find_folder(fingerprint, size)
    try:
        records = tuple(FileRecord(**r) for r in json.loads((folder / "records.json").read_text()))
        return Arrays(fingerprint, np.load(folder / "pixels.npy", mmap_mode="r"), records)
    except (OSError, ValueError, TypeError):  # not there, or damaged: built anew
        return None


def _build(dataset: DataSet, fingerprint: str, size: int, report: Report) -> None:
    """Decodes every file into a folder that gets its name only when it is whole: a killed build leaves no half one."""
    final = _find_folder(fingerprint, size)
    final.parent.mkdir(parents=True, exist_ok=True)
    _sweep(final.parent)
    started = Path(tempfile.mkdtemp(prefix="started-", dir=final.parent))
    try:
        files = _list_files(dataset)
        pixels = _allocate(started / "pixels.npy", (len(files), size, size))
        rows = {file: row for row, file in enumerate(files)}
        decode = partial(_decode, dataset, rows, pixels)
        records = _work(decode, files, "Decoding radiographs", report)
        if any(r.problem for r in records):
            np.save(started / "readable.npy", pixels[[not r.problem for r in records]])
            (started / "readable.npy").replace(started / "pixels.npy")
        (started / "records.json").write_text(json.dumps([asdict(r) for r in records]))
        if _read_kept(fingerprint, size) is None:
            shutil.rmtree(final, ignore_errors=True)  # damaged
        _give_name(started, final)
    finally:
        shutil.rmtree(started, ignore_errors=True)


def _give_name(started: Path, final: Path) -> None:
    try:
        started.rename(final)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # another process was first, with the same pixels
            raise


def _sweep(folder: Path) -> None:
    """Removes what a build that was killed has left: no build takes a day."""
    for started in folder.glob("started-*"):
        if time.time() - started.stat().st_mtime > 86_400:
            shutil.rmtree(started, ignore_errors=True)


def _allocate(path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """An array on disk whose every block is there: writing into a hole on a full disk would kill the process."""
    pixels: NDArray[np.uint8] = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return pixels


def _decode(dataset: DataSet, rows: dict[str, int], pixels: NDArray[np.uint8], file: str) -> FileRecord:
    """Writes the file's row of pixels, and says what the file is."""
    size = pixels.shape[1]
    try:
        data = dataset.source.read(file)
        facts = read_facts(data, file)
        radiograph = read_radiograph(data, file)
    except Refusal as refusal:
        return FileRecord(file, problem=str(refusal))
    grey = cv2.resize(radiograph.pixels, (size, size), interpolation=cv2.INTER_AREA)  # (S, S)
    pixels[rows[file]] = np.rint(grey * 255)
    return FileRecord(file, hashlib.sha1(data).hexdigest(), facts.width, facts.height, facts.channels, facts.bytes)


def _work(do: Callable[[str], T], files: Sequence[str], doing: str, report: Report) -> list[T]:
    """One result a file, in order, from several threads: decoding does not hold Python's lock."""
    results: list[T] = []
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(files), BATCH):  # in parts, so that one who stops does not wait for all of it
            results += pool.map(do, files[start : start + BATCH])
            report(doing, len(results), len(files))
    return results
