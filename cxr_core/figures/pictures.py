"""Radiographs and their masks as PNG pictures for a page."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxr_core.types import Radiograph

# RGB, named on the page as blue, red, orange and green; drawn in this order, what matters most on top.
OUTLINES = {"lungs": (80, 170, 255), "heart": (240, 75, 75), "lesion": (255, 165, 0), "marker": (110, 220, 90)}


def encode_radiograph(radiograph: Radiograph, longest: int = 1024) -> bytes:
    """The radiograph as a grey PNG, scaled down to that many pixels on its longer side where it is larger."""
    return _encode(_shrink(radiograph.pixels, longest))


def find_width(radiograph: Radiograph, widest: int = 760, tallest: int = 620) -> int:
    """How many pixels wide to show it so that all of it is seen at once on a laptop."""
    return min(widest, round(tallest * radiograph.width / radiograph.height))


def encode_thumbnail(radiograph: Radiograph, side: int = 256) -> bytes:
    """The radiograph in the middle of a black square, so that pictures of all shapes stand in one grid."""
    small = _shrink(radiograph.pixels, side)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    square[top : top + small.shape[0], left : left + small.shape[1]] = small
    return _encode(square)


def encode_outlines(radiograph: Radiograph, masks: Mapping[str, NDArray[np.bool_]], longest: int = 1024) -> bytes:
    """The radiograph with a coloured line around each mask."""
    scale = max(1, longest // max(radiograph.pixels.shape))  # lines of one pixel on a small picture would hide it
    grey = _to_grey(cv2.resize(radiograph.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
    picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)  # (H, W, 3)
    for name in (name for name in OUTLINES if name in masks):
        large = cv2.resize(masks[name].astype(np.uint8), grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
        lines, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(picture, lines, -1, OUTLINES[name], 2, cv2.LINE_AA)
    return _encode(picture[..., ::-1])


def _shrink(pixels: NDArray[Any], longest: int) -> NDArray[np.uint8]:
    scale = longest / max(pixels.shape)
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in pixels.shape)
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return _to_grey(pixels)


def _to_grey(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    return grey


def _encode(picture: NDArray[Any]) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()
