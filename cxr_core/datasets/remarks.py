"""What a check found, in sentences: what a reader must know before trusting a model trained on the data set."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cxr_core.datasets.check import Counts, Findings, Overview
from cxr_core.datasets.shortcuts import NAMES
from cxr_core.types import PNEUMONIA, SPLIT_NAMES, TEST, TRAIN, UNSPLIT
from cxr_core.words import say_count

TELLING_AUC = 0.7  # a fact of the file whose interval lies above this is a shortcut worth a warning
TELLING_SHIFT = 0.05  # difference of the class ratio between train and test

Level = Literal["fine", "note", "warning"]


@dataclass(frozen=True)
class Remark:
    level: Level
    title: str
    sentence: str


def list_remarks(findings: Findings) -> list[Remark]:
    """Warnings first, then notes, then what is fine."""
    remarks = [
        *_remark_origin(findings),
        *_remark_unreadable(findings),
        *_remark_patients(findings.overview),
        *_remark_splits(findings),
        *_remark_balance(findings.overview),
        *_remark_duplicates(findings),
        *_remark_shortcuts(findings),
    ]
    order: tuple[Level, ...] = ("warning", "note", "fine")
    return sorted(remarks, key=lambda r: order.index(r.level))


def _remark_origin(findings: Findings) -> Iterator[Remark]:
    overview = findings.overview
    if overview.planted:
        yield Remark(
            "warning",
            "A planted marker",
            "A small plate with a P near a lower corner always goes with PNEUMONIA. A model that sees nothing else "
            "is right every time: made for showing how a heatmap gives such a model away.",
        )
    subtypes = {subtype for by_subtype in overview.subtypes.values() for subtype in by_subtype}
    if overview.synthetic:
        yield Remark(
            "note",
            "Synthetic",
            "These pictures are drawn, not taken. They show how methods behave, not how patients look.",
        )
    elif {"bacteria", "virus"} <= subtypes:
        yield Remark(
            "warning",
            "One hospital, children only",
            "The files are named as in the Kermany set: children of one to five years from one hospital in Guangzhou. "
            "A model trained on them has not been shown to read adults, or other hospitals' radiographs.",
        )


def _remark_unreadable(findings: Findings) -> Iterator[Remark]:
    number = len(findings.unreadable)
    if number:
        yield Remark("warning", "Unreadable files", f"{say_count(number, 'file')} cannot be used; the list says why.")
    else:
        yield Remark(
            "fine", "Readable", f"{say_count(findings.overview.cases, 'file')}, none of which had to be left out."
        )


def _remark_patients(overview: Overview) -> Iterator[Remark]:
    for pair, number in overview.patients_shared.items():
        first, second = (SPLIT_NAMES[split] for split in pair.split("-"))
        if number:
            yield Remark(
                "warning",
                "Patients in two splits",
                f"{say_count(number, 'patient')} in both {first} and {second}. Figures on {second} would be too good; "
                f"their {first} radiographs are left out of training.",
            )
    if overview.patients_shared and not any(overview.patients_shared.values()):
        yield Remark("fine", "Patients kept apart", "No patient is in two splits.")
    if overview.patients_unknown:
        yield Remark(
            "warning",
            "Patients unknown",
            f"The names of {say_count(overview.patients_unknown, 'file')} tell no patient. Each is taken for another "
            "person, so one person may be in two splits. A manifest.csv with a column patient helps.",
        )
    patients = overview.patients_in_all
    if patients < overview.cases:
        yield Remark(
            "note",
            "Several radiographs a patient",
            f"{overview.cases:,} radiographs show {patients:,} patients. Splits drawn here go by patient.",
        )


def _remark_splits(findings: Findings) -> Iterator[Remark]:
    for change in findings.changes:
        yield Remark("note", "Splits", change)


def _remark_balance(overview: Overview) -> Iterator[Remark]:
    shares = {split: _share_pneumonia(overview.counts, split) for split in overview.counts}
    if any(share in (0.0, 1.0) for share in shares.values()):
        only = next(split for split, share in shares.items() if share in (0.0, 1.0))
        where = "" if only == UNSPLIT else f" of {SPLIT_NAMES[only]}"
        sentence = f"All radiographs{where} are of one class: nothing can be learnt or measured there."
        yield Remark("warning", "One class only", sentence)
    elif abs(shares.get(TRAIN, 0) - shares.get(TEST, 0)) > TELLING_SHIFT and {TRAIN, TEST} <= set(shares):
        yield Remark(
            "note",
            "The class ratio shifts",
            f"{shares[TRAIN]:.1%} of train but {shares[TEST]:.1%} of test are {PNEUMONIA}: a threshold or a "
            "probability learnt on one does not carry over to the other by itself.",
        )


def _remark_duplicates(findings: Findings) -> Iterator[Remark]:
    split = findings.splits
    groups = findings.exact_duplicates
    across = [g for g in groups if len({split[f] for f in g}) > 1]
    if groups:
        files = sum(len(g) for g in groups)
        where = f"{len(across)} of them across splits" if across else "none across splits"
        yield Remark(
            "warning" if across else "note",
            "The same file more than once",
            f"{say_count(len(groups), 'group')} of exact duplicates ({files:,} files), {where}. "
            "Drawn splits keep them together.",
        )
    crossing = [p for p in findings.near_duplicates if split[p.first] != split[p.second]]
    if crossing:
        yield Remark(
            "warning",
            "Nearly the same picture in two splits",
            f"{say_count(len(crossing), 'pair')} of radiographs in different splits look all but the same.",
        )
    elif not across:
        yield Remark("fine", "No copies across splits", "No radiograph, and no near copy of one, is in two splits.")


def _remark_shortcuts(findings: Findings) -> Iterator[Remark]:
    telling = {
        name: [
            f"{SPLIT_NAMES[split]} {auc.describe(2)}"
            for split, auc in by_split.items()
            if auc and auc.low > TELLING_AUC
        ]
        for name, by_split in findings.shortcuts.items()
    }
    figures = "; ".join(f"{NAMES[name]} {', '.join(by_split)}" for name, by_split in telling.items() if by_split)
    files = "original files" if findings.from_originals else "files"
    if not any(auc for by_split in findings.shortcuts.values() for auc in by_split.values()):
        return  # one class only
    if figures:
        yield Remark(
            "warning",
            "Shortcuts",
            f"Facts about the {files} alone, the picture unseen, tell the classes apart. AUC by {figures}. "
            "A model can score well without reading a lung.",
        )
    else:
        yield Remark("fine", "No shortcut in the files", f"No fact about the {files} alone tells the classes apart.")


def _share_pneumonia(counts: Counts, split: str) -> float:
    return counts[split].get(PNEUMONIA, 0) / sum(counts[split].values())
