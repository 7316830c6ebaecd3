"""Small pictures for tests that are about files, not about chests."""

import cv2
import numpy as np


def make_picture(seed: int, height: int = 80, width: int = 96) -> bytes:
    """A JPEG of smooth noise: no radiograph, but nothing the reader refuses."""
    noise = np.random.default_rng(seed).integers(0, 256, (8, 8), np.uint8)
    return cv2.imencode(".jpg", cv2.resize(noise, (width, height)))[1].tobytes()
