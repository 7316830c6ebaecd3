"""How well the class can be told from the *file* alone, without looking at the picture.

A network that is fed pictures of one size may still find such differences, in their sharpness, their borders or their
compression. Where a fact of the file separates the classes, a high accuracy does not show that lungs were read.
"""

from collections.abc import Mapping, Sequence

from cxr_core.datasets.splits import list_splits
from cxr_core.performance.auc import find_auc_limits, measure_auc
from cxr_core.performance.interval import Interval
from cxr_core.types import PNEUMONIA, Case

Facts = Mapping[str, float]  # name of the fact -> its value for one file

HEIGHT, WIDTH, ASPECT, BYTES, CHANNELS = "height", "width", "aspect", "bytes", "channels"
NAMES = {HEIGHT: "height", WIDTH: "width", ASPECT: "aspect ratio", BYTES: "size in bytes", CHANNELS: "colour channels"}


def measure_shortcuts(cases: Sequence[Case], facts: Mapping[str, Facts]) -> dict[str, dict[str, Interval | None]]:
    """For each fact the AUC it reaches on each split. 0.5 = tells nothing, 1 = tells all, whichever way round."""
    splits = list_splits(cases)
    return {
        name: {split: _measure([c for c in cases if c.split == split], facts, name) for split in splits}
        for name in NAMES
    }


def _measure(cases: Sequence[Case], facts: Mapping[str, Facts], name: str) -> Interval | None:
    known = [c for c in cases if name in facts.get(c.file, {})]
    positive = [c.label == PNEUMONIA for c in known]
    auc = measure_auc(positive, [facts[c.file][name] for c in known])
    if auc is None or auc.value >= 0.5:
        return auc
    value = 1 - auc.value
    return Interval(value, *find_auc_limits(value, sum(positive), len(positive) - sum(positive)))
