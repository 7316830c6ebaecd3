"""Where the files of a data set are: in a folder, in a zip, or drawn on demand. All three are read the same way."""

import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Protocol

from cxr_core.radiographs import phantom
from cxr_core.types import LABELS, PNEUMONIA, TEST, TRAIN, VALIDATION, Refusal

MOST_FILES = 500_000
MOST_BYTES = 64 << 30  # unpacked, all files of a zip together
MOST_RATIO = 100  # unpacked bytes for a packed one: pictures are packed already, a bomb is not


class Source(Protocol):
    """The files of a data set, by their path inside it, with "/" between folders."""

    @property
    def location(self) -> str: ...

    def list_files(self) -> list[str]: ...

    def read(self, file: str) -> bytes:
        """The content; `Refusal` for a file that is gone, locked or damaged."""
        ...

    def stamp(self, file: str) -> str:
        """What changes when the file's content does, without reading it."""
        ...

    def digest(self, file: str) -> str:
        """The SHA-1 of the content, or for what is drawn on demand, of all that the drawing depends on."""
        ...


@dataclass(frozen=True)
class FolderSource:
    folder: Path

    @property
    def location(self) -> str:
        return str(self.folder.resolve())

    def list_files(self) -> list[str]:
        return sorted(_walk(self.folder, ""))

    def read(self, file: str) -> bytes:
        try:
            return (self.folder / file).read_bytes()
        except OSError as error:
            raise Refusal(file, f"cannot be read ({error.strerror})", "check the file and its permissions") from None

    def stamp(self, file: str) -> str:
        facts = (self.folder / file).stat()
        return f"{facts.st_size}-{facts.st_mtime_ns}-{facts.st_ctime_ns}"  # the last changes with permissions too

    def digest(self, file: str) -> str:
        return hashlib.sha1(self.read(file)).hexdigest()


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    """Files below the folder, without hidden ones and what macOS leaves behind. Links to folders are not followed."""
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name


@dataclass(frozen=True, eq=False)
class ZipSource:
    """A zip that is read in place, from disk or from memory: nothing is unpacked."""

    path: Path
    data: bytes | None = field(default=None, repr=False)  # of an upload, which is not on disk
    archive: zipfile.ZipFile = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "archive", open_zip(self.path, self.data))

    @property
    def location(self) -> str:
        return str(self.path.resolve())

    def list_files(self) -> list[str]:
        names = (info.filename for info in self.archive.infolist() if not info.is_dir())
        return sorted(n for n in names if not any(p.startswith((".", "__MACOSX")) for p in n.split("/")))

    def read(self, file: str) -> bytes:
        try:
            return self.archive.read(file)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            raise Refusal(file, "is damaged inside its zip", "pack it again") from None

    def stamp(self, file: str) -> str:
        info = self.archive.getinfo(file)
        return f"{info.file_size}-{info.CRC}"

    def digest(self, file: str) -> str:
        return hashlib.sha1(self.read(file)).hexdigest()


def open_zip(path: Path, data: bytes | None = None) -> zipfile.ZipFile:
    """The archive, once its list of contents has been found harmless. No member is unpacked for that."""
    try:
        archive = zipfile.ZipFile(path if data is None else io.BytesIO(data))
    except zipfile.BadZipFile:
        raise Refusal(path.name, "is not a whole zip file", "download or pack it again") from None
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise Refusal(path.name, f"holds {len(members):,} files, the most is {MOST_FILES:,}", "split it")
    for member in members:
        fault = _find_fault(member)
        if fault:
            raise Refusal(path.name, f"holds {fault}", "pack the pictures and their folders alone, and try again")
    unpacked, packed = sum(m.file_size for m in members), path.stat().st_size if data is None else len(data)
    if unpacked > MOST_BYTES or unpacked > MOST_RATIO * packed:
        size = f"{unpacked / 1e9:,.1f} GB, {unpacked // packed:,} times its own size"
        raise Refusal(path.name, f"would unpack to {size}, as no set of pictures does", "check where it comes from")
    return archive


def _find_fault(member: zipfile.ZipInfo) -> str | None:
    name = member.orig_filename
    if name.startswith(("/", "\\")) or ":" in name or "\\" in name or ".." in PurePosixPath(name).parts:
        return "a file that points outside of it"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a symbolic link"
    if member.flag_bits & 1:
        return "a file locked by a password"
    return None


@dataclass(frozen=True)
class PhantomSource:
    """Synthetic radiographs (see `radiographs/phantom.py`), drawn when they are read: half of each class, 3:1:1."""

    count: int = 500
    seed: int = 0
    shortcut: bool = False

    @property
    def location(self) -> str:
        return f"phantoms:{self.count}:{self.seed}:{'shortcut' if self.shortcut else 'plain'}"

    def list_files(self) -> list[str]:
        splits = (TRAIN, TRAIN, TRAIN, VALIDATION, TEST)
        seeds = range(self.seed, self.seed + self.count)
        return sorted(_name_phantom(splits[i // 2 % 5], LABELS[i % 2], seed) for i, seed in enumerate(seeds))

    def read(self, file: str) -> bytes:
        return phantom.encode_phantom(self.draw(file))

    def draw(self, file: str) -> phantom.Phantom:
        """The phantom with its masks: here the truth is known."""
        return phantom.draw_phantom(find_seed(file), label=file.split("/")[1], shortcut=self.shortcut)

    def stamp(self, file: str) -> str:
        return f"{self.location} {_digest_drawing()}"

    def digest(self, file: str) -> str:
        return hashlib.sha1(f"{self.stamp(file)} {file}".encode()).hexdigest()


@cache
def _digest_drawing() -> str:
    """Changes with the code that draws, so that pixels kept from an older drawing are not taken for today's."""
    code = sorted(Path(phantom.__file__).parent.glob("phantom*.py"))
    return hashlib.sha1(b"".join(file.read_bytes() for file in code)).hexdigest()


def _name_phantom(split: str, label: str, seed: int) -> str:
    subtype = f"_{phantom.find_subtype(seed)}" if label == PNEUMONIA else ""
    return f"{split}/{label}/phantom-{seed:06d}{subtype}.png"


def find_seed(file: str) -> int:
    """The seed that a phantom's file name carries."""
    return int(PurePosixPath(file).stem.removeprefix("phantom-").partition("_")[0])


def open_source(path: Path) -> Source:
    """The folder or zip at the path."""
    if path.is_dir():
        return FolderSource(path)
    if not path.exists():
        raise Refusal(str(path), "is not there", "check the path; it must be a folder or a zip file")
    if not zipfile.is_zipfile(path):
        raise Refusal(path.name, "is neither a folder nor a zip file", "give the folder that holds the pictures")
    return ZipSource(path)
