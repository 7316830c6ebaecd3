"""The words of the project as values: what flows from the files to the pages."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NORMAL, PNEUMONIA = "NORMAL", "PNEUMONIA"
LABELS = (NORMAL, PNEUMONIA)
TRAIN, VALIDATION, TEST = "train", "val", "test"  # as the Kermany folders spell them
SPLITS = (TRAIN, VALIDATION, TEST)
UNSPLIT = "all"  # what the one split of a data set without splits is called in figures and reports
SPLIT_NAMES = {TRAIN: "train", VALIDATION: "validation", TEST: "test", "": "no split", UNSPLIT: "all"}  # for people


class Refusal(Exception):
    """What the user gave cannot be used. The message is one sentence: which file, what is wrong, what helps."""

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        super().__init__(f"“{shorten_name(name)}” {problem}: {remedy}.")


def shorten_name(name: str, most: int = 80) -> str:
    """The last part of a file name, safe to print on one line: no folders, no control characters, not too long."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    plain = "".join(c if c.isprintable() else "�" for c in last).strip() or "unnamed file"
    return plain if len(plain) <= most else f"{plain[: most // 2]}…{plain[1 - most // 2 :]}"


@dataclass(frozen=True, eq=False)
class Radiograph:
    """One chest radiograph, upright, dense tissue bright, and what its file said that is not about the patient."""

    pixels: NDArray[np.float32]  # (H, W), 0 = black, 1 = white
    source_format: str  # "JPEG", "PNG, 16 bit", "DICOM, JPEG 2000" ...
    view: str | None = None  # "PA" or "AP", None where the file does not say
    spacing: tuple[float, float] | None = None  # mm per pixel: between rows, between columns
    warnings: tuple[str, ...] = ()  # a sentence each: what was guessed, dropped or mended in reading
    synthetic: bool = False  # drawn by `radiographs/phantom.py`

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])


@dataclass(frozen=True)
class Case:
    """One radiograph of a data set, before its pixels are read."""

    file: str  # path inside the data set, "/" between folders
    label: str  # NORMAL or PNEUMONIA
    patient: str  # the key to group on: two cases with the same key show the same person
    split: str = ""  # TRAIN, VALIDATION or TEST as the data set has it; "" where it has none
    subtype: str = ""  # "bacteria", "virus", "normal" ...; "" where it is not known
