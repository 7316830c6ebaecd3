"""Which processor the models use: finds GPUs, sets them up, and says in words what was chosen and why."""

import math
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxr_core.types import Refusal
from cxr_core.words import say_count

CGROUP = Path("/sys/fs/cgroup")  # where Linux tells a container its share of the machine
DRIVER_SECONDS = 5  # on a server with many sleeping GPUs the answer takes some
_QUIET = "3"  # fatal errors only: what goes wrong later reaches Python as an exception
_STARTUP_LINE = re.compile(rb"[IWE]0000 00:00:|WARNING: All log messages before absl::InitializeLog")
_IMPORTING = threading.Lock()


@dataclass(frozen=True)
class Hardware:
    """What this process may use of the machine."""

    cores: int
    memory: int | None  # bytes; None where the system does not say
    gpus: tuple[str, ...]  # NVIDIA's alone, whether or not TensorFlow can use them
    sentence: str


@dataclass(frozen=True)
class Device:
    """What models train and explain on."""

    names: tuple[str, ...]
    kind: str  # "CPU" or "GPU"
    precision: str  # a Keras policy: "float32" or "mixed_float16"
    strategy: Any  # tf.distribute.Strategy
    reason: str  # a sentence or two


def describe_hardware() -> Hardware:
    """Cores, memory and GPUs, found without TensorFlow: some milliseconds, where there is a GPU up to a second."""
    cores, memory, gpus = _count_cores(), _measure_memory(), _list_nvidia_gpus()
    parts = [_count(cores, "CPU core")]
    if memory:
        parts.append(f"{memory / 2**30:.0f} GB of memory")
    parts.append(f"{_count(len(gpus), 'GPU')} ({', '.join(gpus)})" if gpus else "no NVIDIA GPU")
    return Hardware(cores, memory, gpus, f"{', '.join(parts[:-1])} and {parts[-1]}.")


def choose_device(devices: Sequence[str] | None = None) -> Device:
    """The GPUs that TensorFlow finds, else the CPU; `CXR_DEVICE` (cpu, gpu or gpu:1) narrows the choice.

    To be called before TensorFlow computes anything. `devices` are the names of logical devices, such as "CPU:1",
    to use in place of what would be found.
    """
    wish = _read_wish()
    tf = import_tensorflow()
    if devices is not None:
        reason = f"Models train and explain in float32 on the {_count(len(devices), 'device')} asked for."
        return Device(tuple(devices), devices[0].split(":")[0], "float32", _build_strategy(tf, devices), reason)
    gpus = _pick_gpus(tf.config.list_physical_devices("GPU"), wish)
    started = _set_up(tf, gpus)
    return _describe_gpus(tf, gpus, wish, started) if gpus else _describe_cpu(tf, wish)


def import_tensorflow() -> Any:
    """TensorFlow, without the lines that its C++ part prints as it starts; shown if TF_CPP_MIN_LOG_LEVEL is below 3."""
    quiet = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", _QUIET) == _QUIET
    with _IMPORTING, _startup_lines_dropped() if quiet and "tensorflow" not in sys.modules else nullcontext():
        import tensorflow
    return tensorflow


def choose_precision(capabilities: Sequence[tuple[int, int] | None]) -> str:
    """The Keras policy for GPUs of these compute capabilities, None where one is not known."""
    return "mixed_float16" if all(each and each >= (7, 0) for each in capabilities) else "float32"


@contextmanager
def _startup_lines_dropped() -> Iterator[None]:
    # TensorFlow 2.21 writes some lines before it reads its log level, so they are caught where they come out.
    with tempfile.TemporaryFile() as caught:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            caught.seek(0)
            for line in caught:
                if not _STARTUP_LINE.match(line):
                    os.write(2, line)


def _count_cores() -> int:
    """The cores this process may run on, and no more than its container's share of processor time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _read_limit("cpu.max").partition(" ")  # microseconds of each period
    return min(cores, max(1, math.ceil(int(quota) / int(period)))) if quota.isdigit() else cores


def _measure_memory() -> int | None:
    if not hasattr(os, "sysconf"):  # Windows
        return None
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _read_limit("memory.max")
    return min(machine, int(limit)) if limit.isdigit() else machine


def _read_limit(name: str) -> str:
    try:
        return (CGROUP / name).read_text().strip()
    except OSError:
        return ""


def _list_nvidia_gpus() -> tuple[str, ...]:
    """Names as the driver gives them; none where the driver is missing, broken or silent."""
    try:
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, timeout=DRIVER_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(re.findall(r"^GPU \d+: (.+?)(?: \(UUID.*)?$", done.stdout.decode(errors="replace"), re.MULTILINE))


def _read_wish() -> str:
    wish = os.environ.get("CXR_DEVICE", "").strip().lower()
    if not re.fullmatch(r"|cpu|gpu(:\d+)?", wish):
        raise Refusal(
            "CXR_DEVICE", f"is “{wish}”, which is no device", "set it to cpu, gpu or gpu:0, or leave it unset"
        )
    return wish


def _pick_gpus(gpus: Sequence[Any], wish: str) -> list[Any]:
    """Those of `gpus` that `wish` leaves; refuses a GPU that is not there."""
    if not wish:
        return list(gpus)
    if wish == "cpu":
        return []
    number = wish.partition(":")[2]
    picked = [gpu for index, gpu in enumerate(gpus) if number in ("", str(index))]
    if not picked:
        problem = f"asks for {wish}, but TensorFlow finds {_count(len(gpus), 'GPU')}"
        raise Refusal("CXR_DEVICE", problem, "leave it unset, or install requirements-gpu.txt where there is a GPU")
    return picked


def _set_up(tf: Any, gpus: list[Any]) -> bool:
    """Hides the other GPUs and lets memory grow with need. Whether TensorFlow had started too early for the latter."""
    try:
        tf.config.set_visible_devices(gpus, "GPU")
    except RuntimeError:
        raise Refusal("CXR_DEVICE", "came after TensorFlow had started", "start CXR Lens again") from None
    try:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError:
        return True
    return False


def _build_strategy(tf: Any, devices: Sequence[str]) -> Any:
    return tf.distribute.MirroredStrategy(list(devices)) if len(devices) > 1 else tf.distribute.get_strategy()


def _describe_gpus(tf: Any, gpus: list[Any], wish: str, started: bool) -> Device:
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    names = tuple(each.get("device_name") or gpu.name for each, gpu in zip(details, gpus, strict=True))
    precision = choose_precision([each.get("compute_capability") for each in details])
    why = (
        f"CXR_DEVICE asks for {wish}" if wish else f"TensorFlow {_shorten_version(tf)} finds {_count(len(gpus), 'GPU')}"
    )
    reason = (
        f"{why}, so models train and explain on {' and '.join(names)} in {precision}"
        f"{' (16 bits gain nothing there)' if precision == 'float32' else ''}"
        f"{', each batch shared among them' if len(gpus) > 1 else ''}."
    )
    if started:
        reason += " TensorFlow had started before this was set up, so it takes all of the GPU's memory at once."
    strategy = _build_strategy(tf, [f"GPU:{index}" for index in range(len(gpus))])
    return Device(names, "GPU", precision, strategy, reason)


def _describe_cpu(tf: Any, wish: str) -> Device:
    why, remedy = _explain_absence(tf, wish)
    reason = f"{why}, so models train and explain on the CPU ({_count(_count_cores(), 'core')}) in float32.{remedy}"
    return Device(("CPU",), "CPU", "float32", tf.distribute.get_strategy(), reason)


def _explain_absence(tf: Any, wish: str) -> tuple[str, str]:
    """Why no GPU is used, and the sentence that helps, if any."""
    if wish == "cpu":
        return "CXR_DEVICE asks for the CPU", ""
    tensorflow, present = f"TensorFlow {_shorten_version(tf)}", ", ".join(_list_nvidia_gpus())
    if not present:
        return f"No GPU found by {tensorflow}", ""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1"):
        return f"CUDA_VISIBLE_DEVICES hides the GPU ({present}) from {tensorflow}", " Unset it to use the GPU."
    if not tf.test.is_built_with_cuda():
        return (
            f"{tensorflow} cannot use the GPU ({present}) on this system",
            " It can on Linux, or on Windows in WSL 2.",
        )
    return (
        f"{tensorflow} cannot use the GPU ({present})",
        " To use it, install requirements-gpu.txt, which has the CUDA libraries; if that is done, a newer driver.",
    )


def _shorten_version(tf: Any) -> str:
    return ".".join(tf.__version__.split(".")[:2])


def _count(number: int, thing: str) -> str:
    return say_count(number, thing) if number else f"no {thing}s"
