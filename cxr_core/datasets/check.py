"""All that can be known of a data set before a model is trained on it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from cxr_core.datasets.arrays import FileRecord, open_arrays
from cxr_core.datasets.duplicates import NearPair, find_near_duplicates, group_exact_duplicates
from cxr_core.datasets.layouts import DataSet, Original, Skipped
from cxr_core.datasets.shortcuts import ASPECT, BYTES, CHANNELS, HEIGHT, WIDTH, measure_shortcuts
from cxr_core.datasets.splits import draw_splits, find_shared_patients, list_splits
from cxr_core.performance.interval import Interval
from cxr_core.progress import Report, say_nothing
from cxr_core.types import LABELS, UNSPLIT, Case

CHECKED_SIZE = 128  # pixels: the size most recipes train at, so that decoding for a check is not done again for them

Counts = dict[str, dict[str, int]]  # split -> class or sub-type -> number


@dataclass(frozen=True)
class Overview:
    """What names and manifest tell, without a picture being read. Splits are those the data set came with."""

    name: str
    synthetic: bool
    planted: bool  # with a marker that goes with PNEUMONIA
    cases: int
    counts: Counts  # by class
    subtypes: Counts
    patients: dict[str, int]  # by split
    patients_in_all: int  # less than the sum over splits where a patient is in two
    patients_unknown: int  # cases whose name tells no patient: each is taken for a person of its own
    patients_shared: dict[str, int]  # "train-test" -> patients in both


@dataclass(frozen=True)
class Findings:
    """What one pass over the pictures adds."""

    overview: Overview
    drawn: Counts  # the splits to train and choose with, by class
    changes: tuple[str, ...]  # what was done to get from the splits as they came to those drawn
    from_originals: bool  # sizes, bytes and digests are those of the original files, as the manifest tells them
    splits: dict[str, str]  # file -> the split it came in
    sizes: dict[str, tuple[int, int]]  # file -> width, height
    exact_duplicates: list[list[str]]
    near_duplicates: list[NearPair]
    unreadable: tuple[Skipped, ...]
    shortcuts: dict[str, dict[str, Interval | None]]

    def to_json(self) -> dict[str, Any]:
        """What `data check --json` prints."""
        return {
            **asdict(self.overview),
            "drawn": self.drawn,
            "changes": self.changes,
            "from_originals": self.from_originals,
            "sizes": _summarise_sizes(self.sizes.values()),
            "exact_duplicate_groups": len(self.exact_duplicates),
            "exact_duplicates": self.exact_duplicates,
            "near_duplicates": [asdict(pair) for pair in self.near_duplicates],
            "unreadable": [asdict(skipped) for skipped in self.unreadable],
            "shortcuts": _map_shortcuts(self.shortcuts, lambda auc: round(auc.value, 4)),
            "shortcut_intervals": _map_shortcuts(self.shortcuts, lambda auc: [round(auc.low, 4), round(auc.high, 4)]),
        }


def describe_dataset(dataset: DataSet) -> Overview:
    cases = [_name_split(case) for case in dataset.cases]
    shared = find_shared_patients(dataset.cases)
    return Overview(
        name=dataset.name,
        synthetic=dataset.synthetic,
        planted=dataset.planted,
        cases=len(cases),
        counts=_count(cases, lambda c: c.label),
        subtypes=_count(cases, lambda c: c.subtype),
        patients={split: len({c.patient for c in cases if c.split == split}) for split in list_splits(cases)},
        patients_in_all=len({c.patient for c in cases}),
        patients_unknown=sum(c.patient == c.file for c in cases),
        patients_shared={f"{a}-{b}": len(patients) for (a, b), patients in shared.items()},
    )


def check_dataset(dataset: DataSet, report: Report = say_nothing) -> Findings:
    """Reads every file once, or what an earlier check kept of it."""
    arrays = open_arrays(dataset, CHECKED_SIZE, report)
    records = {r.file: _prefer_original(r, dataset.originals.get(r.file)) for r in arrays.records if not r.problem}
    readable = [case for case in dataset.cases if case.file in records]
    copies = group_exact_duplicates({file: record.sha1 for file, record in records.items()})
    splits = draw_splits(readable, copies)
    facts = {file: _list_facts(record) for file, record in records.items()}
    return Findings(
        overview=describe_dataset(dataset),
        drawn=_count(splits.cases, lambda c: c.label),
        changes=splits.changes,
        from_originals=bool(dataset.originals),
        splits={case.file: _name_split(case).split for case in readable},
        sizes={file: (record.width, record.height) for file, record in records.items() if record.width},
        exact_duplicates=copies,
        near_duplicates=find_near_duplicates(arrays.files, arrays.pixels, report),
        unreadable=dataset.skipped + arrays.unreadable,
        shortcuts=measure_shortcuts([_name_split(case) for case in readable], facts),
    )


def _prefer_original(record: FileRecord, original: Original | None) -> FileRecord:
    """The facts of the file that a picture was made from, where they are known: scaling hides the shortcuts they hold.

    What the manifest leaves blank stays unknown; the copy's own value would be of another kind than its neighbours'.
    """
    if original is None:
        return record
    return replace(
        record,
        sha1=original.sha1,
        width=original.width or 0,
        height=original.height or 0,
        channels=original.channels or 0,
        bytes=original.bytes or 0,
    )


def _list_facts(record: FileRecord) -> dict[str, float]:
    facts: dict[str, float] = {WIDTH: record.width, HEIGHT: record.height}
    facts |= {CHANNELS: record.channels, BYTES: record.bytes}
    if record.width and record.height:
        facts[ASPECT] = record.width / record.height
    return {name: value for name, value in facts.items() if value}


def _name_split(case: Case) -> Case:
    return case if case.split else replace(case, split=UNSPLIT)


def _count(cases: Iterable[Case], kind: Callable[[Case], str]) -> Counts:
    """Split -> class or sub-type -> number, in the order a person expects."""
    cases = list(cases)
    kinds = sorted({kind(c) for c in cases}, key=lambda k: (LABELS.index(k) if k in LABELS else len(LABELS), k))
    numbers = Counter((c.split, kind(c)) for c in cases)
    return {split: {k: numbers[split, k] for k in kinds} for split in list_splits(cases)}


def _summarise_sizes(sizes: Collection[tuple[int, int]]) -> dict[str, dict[str, float]]:
    """Smallest, middle and largest width and height."""
    sides = zip((WIDTH, HEIGHT), zip(*sizes, strict=True), strict=False)  # none where no size is known
    return {side: {"least": min(of), "median": median(of), "most": max(of)} for side, of in sides}


def _map_shortcuts(
    shortcuts: dict[str, dict[str, Interval | None]], show: Callable[[Interval], Any]
) -> dict[str, dict[str, Any]]:
    return {name: {split: auc and show(auc) for split, auc in by_split.items()} for name, by_split in shortcuts.items()}
