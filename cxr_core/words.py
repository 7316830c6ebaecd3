"""Values as a person would say them."""

from pathlib import PurePosixPath

from cxr_core.types import Radiograph


def say_count(number: int, thing: str) -> str:
    """ "1 file", "2,530 files"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def say_seconds(seconds: float) -> str:
    """ "8 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def name_case(file: str) -> str:
    """A case's file without its folders."""
    return PurePosixPath(file).name


def say_size(width: int, height: int) -> str:
    return f"{width:,} x {height:,} pixels"


def say_radiograph(radiograph: Radiograph) -> dict[str, str]:
    """What a file told of its picture, by name."""
    spacing = radiograph.spacing
    return {
        "Origin": "synthetic: drawn by CXR Lens, no patient" if radiograph.synthetic else "",
        "Format": radiograph.source_format,
        "Size": say_size(radiograph.width, radiograph.height),
        "View": radiograph.view or "not told by the file",
        "Spacing": f"{spacing[0]:g} x {spacing[1]:g} mm a pixel" if spacing else "not told by the file",
    }
