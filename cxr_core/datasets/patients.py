"""Whose radiograph it is, as far as the file name tells.

The Kermany set numbers its bacterial and its viral patients separately: person12_bacteria and person12_virus are two
children. A key without the sub-type would make one patient of them, and put 170 patients into both train and test.
"""

import re
from pathlib import PurePosixPath

_PNEUMONIA = re.compile(r"(person\d+)_(bacteria|virus)_\d+")
_NORMAL = re.compile(r"((?:NORMAL2-)?IM-\d+)-\d+")
_PHANTOM = re.compile(r"(phantom-\d+)(?:_([a-z]+))?")


def find_patient(file: str) -> tuple[str, str]:
    """(patient, sub-type) from a file's name. A name of another kind is its own patient, of no known sub-type."""
    stem = PurePosixPath(file).stem
    if found := _PNEUMONIA.match(stem):
        return f"{found[1]}_{found[2]}", found[2]
    if found := _NORMAL.match(stem):
        return found[1], "normal"
    if found := _PHANTOM.match(stem):
        return found[1], found[2] or "normal"
    return file, ""
