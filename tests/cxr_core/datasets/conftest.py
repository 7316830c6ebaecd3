from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest


def make_picture(seed: int, height: int = 80, width: int = 96) -> bytes:
    """A JPEG of smooth noise: no radiograph, but nothing the reader refuses."""
    noise = np.random.default_rng(seed).integers(0, 256, (8, 8), np.uint8)
    return cv2.imencode(".jpg", cv2.resize(noise, (width, height)))[1].tobytes()


@pytest.fixture
def make_folder(tmp_path) -> Callable[[dict[str, bytes]], Path]:
    """Writes files by their path and content; gives the folder."""

    def make(files: dict[str, bytes], name: str = "set") -> Path:
        for file, content in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path / name

    return make
