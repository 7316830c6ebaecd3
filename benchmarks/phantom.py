"""Time to draw a phantom on one core: `taskset -c 0 python -m benchmarks.phantom`."""

from time import perf_counter

import cv2
import numpy as np

from cxr_core.radiographs.phantom import draw_phantom


def measure(size: int, drawings: int) -> list[float]:
    """Milliseconds of each drawing, the first few left out: they fill the caches."""
    times = []
    for seed in range(5 + drawings):
        start = perf_counter()
        draw_phantom(seed, size=size, shortcut=True)
        times.append(1000 * (perf_counter() - start))
    return times[5:]


if __name__ == "__main__":
    cv2.setNumThreads(1)
    for size, drawings in ((64, 200), (128, 200), (256, 500), (512, 60), (1024, 20)):
        times = measure(size, drawings)
        print(f"{size:5d} px: median {np.median(times):6.1f} ms, p95 {np.percentile(times, 95):6.1f} ms")
