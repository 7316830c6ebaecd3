"""What a file may cost, and the checks of size and content that every format shares."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxr_core.types import Refusal

MOST_ELONGATED = 4  # longer side over shorter side: no frontal chest radiograph comes near it


@dataclass(frozen=True)
class Limits:
    """The largest file and the largest and smallest picture that are read."""

    megabytes: int = 64
    megapixels: int = 100
    shortest_side: int = 64  # pixels


DEFAULT_LIMITS = Limits()


def check_bytes(count: int, name: str, limits: Limits) -> None:
    """Refuse a file that is empty or larger than the limit."""
    if count == 0:
        raise Refusal(name, "is empty (0 bytes)", "copy it again from where it came")
    if count > limits.megabytes * 1_000_000:
        raise Refusal(name, f"is larger than {limits.megabytes} MB", "export this one radiograph at a smaller size")


def check_size(width: int, height: int, name: str, limits: Limits) -> None:
    """Refuse by the width and height in the header, before a pixel is decoded."""
    if width * height > limits.megapixels * 1_000_000:
        size = f"{width} × {height} pixels"
        raise Refusal(name, f"is too large ({size})", f"export it smaller, with at most {limits.megapixels} megapixels")
    shorter, longer = sorted((width, height))
    if shorter < limits.shortest_side:
        problem = f"is too small ({width} × {height} pixels)"
        raise Refusal(name, problem, f"open its original, with at least {limits.shortest_side} pixels on each side")
    if longer > MOST_ELONGATED * shorter:
        problem = f"is too elongated for a chest radiograph ({width} × {height} pixels)"
        raise Refusal(name, problem, "choose the whole frontal picture, not a strip of it")


def check_contrast(values: NDArray[np.generic], name: str) -> None:
    """Refuse a picture that is one grey all over."""
    if values.min() == values.max():
        raise Refusal(name, "shows one single grey all over", "export it again and look at it before you open it here")


def damaged(name: str) -> Refusal:
    """The refusal for whatever a decoder cannot finish: it cannot tell a short file from a broken one."""
    return Refusal(name, "is truncated or damaged", "copy it again from where it came, or export it anew")
