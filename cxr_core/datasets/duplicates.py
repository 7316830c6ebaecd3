"""Radiographs that are in a data set more than once: the same file, or all but the same picture."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxr_core.progress import Report, say_nothing

THUMBNAIL = 32  # pixels a side: enough to tell two children apart, too few for noise to matter
LEAST_CORRELATION = 0.99
BLOCK = 1024
MOST_PAIRS = 10_000  # beyond, a set repeats itself so much that more pairs say nothing new


@dataclass(frozen=True)
class NearPair:
    """Two files whose pictures correlate, as 32 x 32 thumbnails, above 0.99."""

    first: str
    second: str
    correlation: float


def group_exact_duplicates(digests: Mapping[str, str]) -> list[list[str]]:
    """Files (by their SHA-1) that are byte for byte the same; a blank digest is equal to none."""
    groups = defaultdict(list)
    for file, digest in sorted(digests.items()):
        if digest:
            groups[digest].append(file)
    return [files for files in groups.values() if len(files) > 1]


def find_near_duplicates(
    files: tuple[str, ...], pixels: NDArray[np.uint8], report: Report = say_nothing
) -> list[NearPair]:
    """Pairs of pictures that are nearly the same, most alike first. Each is compared with each: N^2 / 2 products."""
    thumbnails = _make_thumbnails(pixels)  # (N, 1024)
    pairs: list[NearPair] = []
    for start in range(0, len(files), BLOCK):
        rows = thumbnails[start : start + BLOCK]
        alike = rows @ thumbnails[start:].T  # (<= BLOCK, N - start), correlations
        firsts, seconds = np.nonzero(np.triu(alike > LEAST_CORRELATION, k=1))
        firsts, seconds = firsts[:MOST_PAIRS], seconds[:MOST_PAIRS]
        pairs += [
            NearPair(files[start + i], files[start + j], float(alike[i, j]))
            for i, j in zip(firsts, seconds, strict=True)
        ]
        report("Comparing radiographs", min(start + BLOCK, len(files)), len(files))
        if len(pairs) >= MOST_PAIRS:
            break
    return sorted(pairs, key=lambda p: -p.correlation)[:MOST_PAIRS]


def _make_thumbnails(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Each picture small, with mean 0 and length 1, so that a product of two is their correlation."""
    small = np.empty((len(pixels), THUMBNAIL * THUMBNAIL), np.float32)
    for row, picture in zip(small, pixels, strict=True):
        row[:] = cv2.resize(picture, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA).ravel()
    small -= small.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(small, axis=1, keepdims=True)
    small /= np.maximum(lengths, 1e-6)
    return small
