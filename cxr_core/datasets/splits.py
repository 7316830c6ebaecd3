"""Who trains, who chooses, who reports: splits in which no patient is on two sides.

The test split a data set comes with is taken as it is. A validation split too small to choose anything by, such as
the 16 images of the Kermany set, goes to training, and a proper one is drawn by patient and class.
"""

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cxr_core.types import LABELS, SPLITS, TEST, TRAIN, UNSPLIT, VALIDATION, Case
from cxr_core.words import say_count

LEAST_PER_CLASS = 50  # with fewer, a sensitivity is not known to within 14 points
VALIDATION_SHARE = 0.1
TEST_SHARE = 0.2


@dataclass(frozen=True)
class Splits:
    """The cases with the split they are used in, and what was changed for it, a sentence each."""

    cases: tuple[Case, ...]
    changes: tuple[str, ...]


def draw_splits(cases: Iterable[Case], copies: Iterable[Sequence[str]] = (), seed: int = 0) -> Splits:
    """Splits grouped by patient and stratified by class and sub-type; deterministic by seed and by the cases' files.

    Copies are groups of files with the same content: their patients count as one. A case that cannot be used without
    putting its patient on two sides is left out, and that is said.
    """
    ordered = _join_patients(sorted(cases, key=lambda c: c.file), copies)
    changes: list[str] = []
    used = [replace(c, split=c.split or TRAIN) for c in ordered]
    if not any(c.split == TEST for c in ordered):
        used = _draw(used, TEST, TEST_SHARE, seed)
        changes.append("It has no test split: " + _say_drawn(used, TEST))
    used = _drop_shared_patients(used, TEST, changes)
    if not _suffices(used):
        found = sum(c.split == VALIDATION for c in used)
        used = [replace(c, split=TRAIN) if c.split == VALIDATION else c for c in used]
        used = _draw(used, VALIDATION, VALIDATION_SHARE, seed)
        small = f"Its validation split of {found} is too small to choose by and joins training: "
        changes.append((small if found else "It has no validation split: ") + _say_drawn(used, VALIDATION))
    used = _drop_shared_patients(used, VALIDATION, changes)
    return Splits(tuple(used), tuple(changes))


def list_splits(cases: Iterable[Case]) -> list[str]:
    """The splits that are there, in the order a person expects."""
    present = {case.split for case in cases}
    return [split for split in (*SPLITS, UNSPLIT) if split in present]


def find_shared_patients(cases: Sequence[Case]) -> dict[tuple[str, str], set[str]]:
    """Patients that two splits have in common, for each pair of the splits there are."""
    patients: dict[str, set[str]] = {}
    for case in cases:
        patients.setdefault(case.split, set()).add(case.patient)
    present = list_splits(cases)
    return {(a, b): patients[a] & patients[b] for i, a in enumerate(present) for b in present[i + 1 :]}


def _join_patients(cases: list[Case], copies: Iterable[Sequence[str]]) -> list[Case]:
    """The cases, with one key for all patients of whom the same picture is there."""
    patient = {c.file: c.patient for c in cases}
    joined = {c.patient: c.patient for c in cases}  # a patient -> the one it goes by, perhaps in several steps

    def find(name: str) -> str:
        while joined[name] != name:
            name = joined[name]
        return name

    for files in copies:
        for file in files[1:]:
            joined[find(patient[file])] = find(patient[files[0]])
    return [replace(c, patient=find(c.patient)) for c in cases]


def _suffices(cases: list[Case]) -> bool:
    counts = Counter(c.label for c in cases if c.split == VALIDATION)
    return all(counts[label] >= LEAST_PER_CLASS for label in LABELS)


def _drop_shared_patients(cases: list[Case], kept: str, changes: list[str]) -> list[Case]:
    """Without the training cases (and, for test, validation cases) of patients that the kept split shows too."""
    patients = {c.patient for c in cases if c.split == kept}
    before = {TEST: (TRAIN, VALIDATION), VALIDATION: (TRAIN,)}[kept]
    stays = [c for c in cases if c.split not in before or c.patient not in patients]
    if len(stays) < len(cases):
        left_out = say_count(len(cases) - len(stays), "radiograph")
        changes.append(f"{left_out} of patients who are also in the {kept} split: left out.")
    return stays


def _draw(cases: list[Case], split: str, share: float, seed: int) -> list[Case]:
    """Moves about that share of the training patients to the split."""
    from sklearn.model_selection import StratifiedGroupKFold

    pool = [c for c in cases if c.split == TRAIN]
    strata, groups = [f"{c.label} {c.subtype}" for c in pool], [c.patient for c in pool]
    folds = min(round(1 / share), len(set(groups)), max(Counter(strata).values(), default=0))
    if folds < 2:
        return cases
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a sub-type with fewer cases than folds: it goes where it fits
        _, drawn = next(StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(pool, strata, groups))
    files = {pool[i].file for i in drawn}
    return [replace(c, split=split) if c.file in files else c for c in cases]


def _say_drawn(cases: list[Case], split: str) -> str:
    drawn = sum(c.split == split for c in cases)
    return (
        f"{drawn:,} radiographs were drawn for it, by patient." if drawn else "there are too few patients to draw one."
    )
