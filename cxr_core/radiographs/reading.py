"""Bytes in, a `Radiograph` out, whatever the format; or one sentence why not."""

import re
import stat
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cxr_core.radiographs.limits import DEFAULT_LIMITS, Limits, check_bytes, damaged
from cxr_core.radiographs.pictures import picture_facts, read_picture
from cxr_core.types import Radiograph, Refusal

__all__ = ["DEFAULT_LIMITS", "FileFacts", "Limits", "open_radiograph", "read_facts", "read_radiograph"]

# What they would print about a bad file quotes from it. `catch_warnings` is no way out: it is not safe among threads.
warnings.filterwarnings("ignore", module=r"(pydicom|PIL)\.")

FORMATS = (
    # The preamble may hold anything, another format's beginning included. Old archives left it out.
    ("DICOM", re.compile(rb".{128}DICM|\x02\0\0\0UL\x04\0|\x08\0[\0\x01\x05\x08\x12-\x18]\0.{3}\0", re.DOTALL)),
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]")),
    ("BMP", re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL)),
)
_SAVE_GREY = "save the radiograph as PNG or DICOM and open that"
_OPEN_PICTURE = "open a radiograph in DICOM, JPEG, PNG, TIFF or BMP"
_EXPORT = "export the radiograph from its viewer as DICOM or PNG"
# What people open by mistake: how it begins, what it is, what helps.
OTHER_FILES = tuple(
    (re.compile(start, re.DOTALL), problem, remedy)
    for start, problem, remedy in (
        (rb"%PDF", "is a PDF document", _EXPORT),
        (rb"PK(\x03\x04|\x05\x06|\x07\x08)", "is a zip archive", "open it as a data set"),
        (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ|.{257}ustar", "is a packed archive", "unpack it and open one file"),
        (rb"GIF8[79]a", "is a GIF picture", _SAVE_GREY),
        (rb"RIFF.{4}WEBP", "is a WebP picture", _SAVE_GREY),
        (rb".{4}ftyp(hei|hev|mif1|msf1|avi[fs])", "is a HEIC or AVIF picture", _SAVE_GREY),
        (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "is a JPEG 2000 picture outside DICOM", _SAVE_GREY),
        (rb"8BPS|\0\0\x01\0", "is a Photoshop or icon file", _SAVE_GREY),
        (rb".{4}ftyp|RIFF.{4}AVI |\x1aE\xdf\xa3|\0\0\x01[\xb3\xba]", "is a video", _EXPORT),
        (rb"\x7fELF|MZ.\0|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe", "is a program", _EXPORT),
        (rb".{344}n[i+]1\0|NRRD", "is a volume for research, not a radiograph", _EXPORT),
        (rb"\x93NUMPY|\x89HDF", "is a table of numbers without a picture", _EXPORT),
        (rb"(?i)\s*(<!doctype html|<html|<head|<body)", "is a web page", "save the picture of the page, not the page"),
    )
)


T = TypeVar("T")


@dataclass(frozen=True)
class FileFacts:
    """What the header of a picture file says, and how large the file is."""

    width: int
    height: int
    channels: int  # as stored: 1 grey or palette, 2 grey with transparency, 3 colour, 4 colour with transparency
    bytes: int
    bits: int  # of one channel


def read_radiograph(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Radiograph:
    """The radiograph in the bytes of a file. `name` is only for the sentence of a `Refusal`; nothing else is raised."""
    check_bytes(len(data), name, limits)
    kind = _recognise(data, name)
    if kind != "DICOM":
        return _refuse_if_it_fails(lambda: read_picture(data, name, kind, limits), name)
    from cxr_core.radiographs.dicom import read_dicom  # pydicom takes 0.2 s: pages that see no DICOM need not wait

    return _refuse_if_it_fails(lambda: read_dicom(data, name, limits), name)


def read_facts(data: bytes, name: str) -> FileFacts:
    """The facts of a file without decoding a pixel. Refuses what is no picture or has a broken header, no more."""
    check_bytes(len(data), name, DEFAULT_LIMITS)
    kind = _recognise(data, name)
    if kind == "DICOM":
        from cxr_core.radiographs.dicom import dicom_facts

        facts = _refuse_if_it_fails(lambda: dicom_facts(data, name, DEFAULT_LIMITS), name)
    else:
        facts = _refuse_if_it_fails(lambda: picture_facts(data, name, kind), name)
    width, height, channels, bits = facts
    return FileFacts(width, height, channels, len(data), bits)


def _refuse_if_it_fails(read: Callable[[], T], name: str) -> T:
    try:
        return read()
    except Refusal:
        raise
    except Exception:  # decoders of third parties raise anything on a broken file, memory errors included
        pass
    # Raised out here, so that no cause hangs on it: a decoder's own words may quote the patient.
    raise damaged(name)


def open_radiograph(path: Path, limits: Limits = DEFAULT_LIMITS) -> Radiograph:
    """The radiograph in a file on disk; a file that is too large is refused before it is read."""
    return read_radiograph(_read_bytes(path, limits), path.name, limits)


def _read_bytes(path: Path, limits: Limits) -> bytes:
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise Refusal(path.name, "is a folder", "open it as a data set, or choose one file in it")
        if not stat.S_ISREG(facts.st_mode):
            raise Refusal(path.name, "is not an ordinary file", "copy the radiograph to a file and open that")
        check_bytes(facts.st_size, path.name, limits)
        return path.read_bytes()
    except PermissionError:
        raise Refusal(path.name, "may not be read by this account", "change the permissions of the file") from None
    except (OSError, ValueError):  # a null byte in a path is a ValueError
        raise Refusal(path.name, "was not found or cannot be read", "check where the file lies") from None


def _recognise(data: bytes, name: str) -> str:
    """The format by content, since names lie; everything that is not read is refused by what it is."""
    for kind, start in FORMATS:
        if start.match(data):
            return kind
    for start, problem, remedy in OTHER_FILES:
        if start.match(data):
            raise Refusal(name, problem, remedy)
    if _is_text(data[:4096]):
        raise Refusal(name, "is a text file", _OPEN_PICTURE)
    raise Refusal(name, "is not an image of a known format", _OPEN_PICTURE)


def _is_text(start: bytes) -> bool:
    printable = start.decode("utf-8", errors="ignore")
    return len(printable.encode()) > max(0, len(start) - 4) and all(
        c.isprintable() or c in "\r\n\t\f" for c in printable
    )
