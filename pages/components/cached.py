"""Every cache of the pages. Cached functions take names, and keep a bounded number of results."""

from functools import partial

import streamlit as st

from cxr_core.background import Task
from cxr_core.datasets import catalogue, check
from cxr_core.datasets.arrays import are_kept
from cxr_core.datasets.layouts import DataSet
from cxr_core.datasets.sources import PhantomSource
from cxr_core.device import describe_hardware
from cxr_core.figures import pictures
from cxr_core.radiographs.reading import read_radiograph
from cxr_core.types import LABELS, Radiograph

FRESH = 300  # seconds; written as a number, since Streamlit takes "5m" apart with pandas, which loads for 0.3 s
QUICK = 500  # files that are read within about two seconds, without asking first

hardware = st.cache_data(describe_hardware, show_spinner=False)


@st.cache_resource(max_entries=8, ttl=FRESH, show_spinner="Looking through the files …")
def dataset(name: str) -> DataSet:
    """Listed again after five minutes, so that files which came or went are noticed."""
    return catalogue.open_dataset(name)


@st.cache_data(max_entries=8, ttl=FRESH, show_spinner=False)
def overview(name: str) -> check.Overview:
    return check.describe_dataset(dataset(name))


@st.cache_resource
def _checks() -> dict[str, tuple[DataSet, Task[check.Findings]]]:
    """The check of each data set, running or done: whoever looks sees the same one, after a reload as well."""
    return {}


def is_checked_quickly(name: str) -> bool:
    opened = dataset(name)
    return name in _checks() or len(opened.cases) <= QUICK or are_kept(opened, check.CHECKED_SIZE)


def check_dataset(name: str) -> Task[check.Findings]:
    """The check of the data set as it was listed last; started now unless there is one."""
    opened = dataset(name)
    begun, task = _checks().get(name, (None, None))
    if task is None or (begun.cases != opened.cases and not task.running):
        task = Task(partial(check.check_dataset, opened))
        _checks()[name] = (opened, task)
    return task


def forget_check(name: str) -> None:
    _checks().pop(name, None)


@st.cache_data(max_entries=32, show_spinner=False)
def radiograph(name: str, file: str) -> Radiograph:
    return _read(name, file)


@st.cache_data(max_entries=2000, show_spinner=False)
def thumbnail(name: str, file: str) -> bytes:
    return pictures.encode_thumbnail(_read(name, file))


def _read(name: str, file: str) -> Radiograph:
    return read_radiograph(dataset(name).source.read(file), file)


@st.cache_data(max_entries=32, ttl=FRESH, show_spinner=False)
def samples(name: str, each: int) -> list[tuple[str, bytes]]:
    """(class, thumbnail) of the first cases of each class."""
    cases = dataset(name).cases
    shown = [case for label in LABELS for case in [c for c in cases if c.label == label][:each]]
    return [(case.label, thumbnail(name, case.file)) for case in shown]


@st.cache_data(max_entries=32, show_spinner=False)
def truth(name: str, file: str) -> bytes:
    """A phantom with its opacities, lungs, heart and planted marker outlined."""
    source = dataset(name).source
    assert isinstance(source, PhantomSource)
    drawn = source.draw(file)
    return pictures.encode_outlines(drawn.radiograph, drawn.masks)


def forget_datasets() -> None:
    """After a data set was added or removed, or files changed. A check that is running goes on."""
    for cache in (dataset, overview, radiograph, thumbnail, samples):
        cache.clear()
    for name in [name for name, (_, task) in _checks().items() if not task.running]:
        forget_check(name)
