"""A folder of phantoms with their masks and a manifest: synthetic cases of which the truth is known."""

import csv
from pathlib import Path

import cv2
import numpy as np

from cxr_core.datasets.sources import PhantomSource, find_seed
from cxr_core.progress import Report, say_nothing
from cxr_core.radiographs.phantom import encode_phantom
from cxr_core.types import Refusal


def write_phantoms(folder: Path, source: PhantomSource, report: Report = say_nothing) -> None:
    """Draws the phantoms into {split}/{class}/, their masks into masks/{kind}/, and lists them in manifest.csv.

    The manifest is written last, so that a folder without one is seen to be unfinished.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(str(folder), "is there already and is not empty", "name a new folder")
    files = source.list_files()
    rows = []
    for number, file in enumerate(files, 1):
        rows.append(_write_phantom(folder, source, file))
        report("Drawing phantoms", number, len(files))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.DictWriter(table, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _write_phantom(folder: Path, source: PhantomSource, file: str) -> dict[str, str | int]:
    drawn = source.draw(file)
    _write(folder / file, encode_phantom(drawn))
    for kind, mask in drawn.masks.items():
        white = mask.astype(np.uint8) * 255  # (H, W)
        _write(folder / "masks" / kind / Path(file).name, cv2.imencode(".png", white)[1].tobytes())
    split, label, _ = file.split("/")
    return {
        "file": file,
        "label": label,
        "split": split,
        "patient": f"phantom-{find_seed(file):06d}",
        "subtype": drawn.subtype or "normal",
        "zones": "; ".join(drawn.zones),
        "seed": find_seed(file),
        "planted_marker": int(bool(drawn.marker.any())),
        "synthetic": 1,
    }


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
