"""Numbers as a person would say them."""


def say_count(number: int, thing: str) -> str:
    """ "1 file", "2,530 files"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def say_seconds(seconds: float) -> str:
    """ "8 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
