"""A folder or zip -> its cases: by its manifest.csv where it has one, else by its class folders."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from cxr_core.datasets.patients import find_patient
from cxr_core.datasets.sources import PhantomSource, Source, open_source
from cxr_core.types import LABELS, NORMAL, PNEUMONIA, TEST, TRAIN, VALIDATION, Case, Refusal

MANIFEST = "manifest.csv"
SPLIT_WORDS = {
    "train": TRAIN, "training": TRAIN,
    "val": VALIDATION, "valid": VALIDATION, "validation": VALIDATION,
    "test": TEST, "testing": TEST,
}  # fmt: skip
LABEL_WORDS = {"normal": NORMAL, "0": NORMAL, "pneumonia": PNEUMONIA, "1": PNEUMONIA}
PATIENT_COLUMNS = ("patient", "patient_key", "patient_id")  # the first that is there


@dataclass(frozen=True)
class Original:
    """What a manifest tells of the file that a picture was made from, before it was scaled or packed again."""

    width: int | None = None
    height: int | None = None
    channels: int | None = None
    bytes: int | None = None
    sha1: str = ""


@dataclass(frozen=True)
class Skipped:
    file: str
    reason: str


@dataclass(frozen=True, eq=False)
class DataSet:
    """The cases of one data set, and where their files are."""

    name: str
    source: Source
    cases: tuple[Case, ...]
    skipped: tuple[Skipped, ...] = ()  # manifest rows that are no cases
    originals: Mapping[str, Original] = field(default_factory=dict)  # by file; empty without such columns
    synthetic: bool = False  # drawn, not taken
    planted: bool = False  # with a marker that goes with PNEUMONIA, for lessons on models that cheat


def read_dataset(path: Path, name: str = "") -> DataSet:
    """The data set in a folder or zip. No picture is opened for it."""
    return list_cases(open_source(path), name or path.resolve().name)


def list_cases(source: Source, name: str) -> DataSet:
    files = source.list_files()
    manifests = sorted((f for f in files if PurePosixPath(f).name == MANIFEST), key=lambda f: f.count("/"))
    dataset = (
        _read_manifest(source, name, manifests[0], set(files)) if manifests else _read_folders(source, name, files)
    )
    if isinstance(source, PhantomSource):
        dataset = replace(dataset, synthetic=True, planted=source.shortcut)
    if not dataset.cases:
        raise Refusal(
            name,
            "holds no cases",
            "it needs folders NORMAL and PNEUMONIA (inside train, val and test or not), or a manifest.csv "
            "with columns file and label",
        )
    return dataset


def _read_folders(source: Source, name: str, files: list[str]) -> DataSet:
    """[any folders/][split/]class/picture. Kaggle's copy holds itself a second time, deeper: the shallowest counts."""
    found = []
    for file in files:
        *folders, label, _ = ["", *file.split("/")]
        if label.lower() not in ("normal", "pneumonia"):
            continue
        split = SPLIT_WORDS.get(folders[-1].lower(), "")
        depth = len(folders) - bool(split)
        patient, subtype = find_patient(file)
        found.append((depth, Case(file, LABEL_WORDS[label.lower()], patient, split, subtype)))
    shallowest = min((depth for depth, _ in found), default=0)
    return DataSet(name, source, tuple(case for depth, case in found if depth == shallowest))


def _read_manifest(source: Source, name: str, manifest: str, files: set[str]) -> DataSet:
    try:
        rows = list(csv.DictReader(io.StringIO(source.read(manifest).decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise Refusal(manifest, f"of “{name}” is not a readable table", "save it as CSV in UTF-8") from None
    missing = [c for c in ("file", "label") if not rows or c not in rows[0]]
    if missing:
        raise Refusal(
            manifest, f"of “{name}” has no column {' and no column '.join(missing)}", "see the data page of the docs"
        )
    folder = manifest.removesuffix(MANIFEST)
    cases, skipped, originals = [], [], {}
    for row in rows:
        file = folder + (row["file"] or "")
        label = LABEL_WORDS.get((row["label"] or "").strip().lower())
        if file not in files:  # also stops a path that leads out of the data set
            skipped.append(Skipped(row["file"] or "", "named in manifest.csv, but the file is not there"))
        elif label is None:
            skipped.append(Skipped(file, f"its label in manifest.csv is neither {LABELS[0]} nor {LABELS[1]}"))
        else:
            cases.append(_make_case(row, file, label))
            originals[file] = _read_original(row)
    known = {file: original for file, original in originals.items() if original != Original()}
    synthetic = all(row.get("synthetic") == "1" for row in rows)
    planted = any(row.get("planted_marker") == "1" for row in rows)
    return DataSet(name, source, tuple(cases), tuple(skipped), known, synthetic, planted)


def _make_case(row: dict[str, str], file: str, label: str) -> Case:
    named, subtype = find_patient(file)
    patient = next((row[c] for c in PATIENT_COLUMNS if row.get(c)), named)
    split = SPLIT_WORDS.get((row.get("split") or "").strip().lower(), "")
    return Case(file, label, patient, split, row.get("subtype") or subtype)


def _read_original(row: dict[str, str]) -> Original:
    def number(column: str) -> int | None:
        text = (row.get(column) or "").strip()
        return int(text) if text.isascii() and text.isdigit() else None

    sha1 = (row.get("sha1_of_original") or "").strip()  # blank for some: never equal to another blank
    return Original(number("orig_width"), number("orig_height"), number("orig_channels"), number("orig_bytes"), sha1)
