"""Decoding a data set once, beside the bare cost and the usual way: `python -m benchmarks.datasets DIR`."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

SIZE = 128


def measure(what: str, do: Callable[[], object], bare: float | None = None) -> float:
    start = perf_counter()
    do()
    seconds = perf_counter() - start
    print(f"{what:58} {seconds:7.2f} s" + (f"  {seconds / bare:5.2f} x the bare decoding" if bare else ""))
    return seconds


def main(folder: Path) -> None:
    from cxr_core.datasets.arrays import open_arrays
    from cxr_core.datasets.layouts import read_dataset

    dataset = read_dataset(folder)
    files = [folder / case.file for case in dataset.cases]
    print(f"{folder.name}: {len(files):,} files, {os.cpu_count()} cores, {SIZE} x {SIZE} pixels")
    measure("reading the bytes, nothing else (fills the disk cache)", lambda: [f.read_bytes() for f in files])
    bare = measure("bare decoding, one core", lambda: [Image.open(f).load() for f in files])
    measure(
        "a plain loop: open, grey, resize, stack",
        lambda: np.stack([np.asarray(Image.open(f).convert("L").resize((SIZE, SIZE))) for f in files]),
        bare,
    )
    with tempfile.TemporaryDirectory() as home:
        os.environ["CXR_HOME"] = home
        measure("CXR Lens, first time: check, decode, hash, keep", lambda: open_arrays(dataset, SIZE), bare)
        measure("CXR Lens, every later time", lambda: open_arrays(read_dataset(folder), SIZE), bare)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
