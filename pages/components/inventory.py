"""What can be done here, and what is on this machine: data sets, models, hardware."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cxr_core.datasets import catalogue
from cxr_core.home import find_home
from cxr_core.models import list_models
from cxr_core.types import SPLIT_NAMES, Refusal
from cxr_core.words import say_count
from pages.components import cached
from pages.components.frame import plain

DATA_PAGE = "pages/data.py"
FETCH = "python -m cxr_core data fetch kermany"
SHOWN = 2  # thumbnails of each class


def show_doors(entries: list[catalogue.Entry]) -> None:
    """What can be done here, and where."""
    first = entries[0].name
    doors = (
        (
            "Know the data",
            "Who is in it, what is in it twice, and what gives the class away without a lung being looked at.",
            ("Look at the data", ":material/monitoring:", {"dataset": first}),
        ),
        (
            "Open a radiograph",
            "JPEG, PNG, TIFF, BMP or DICOM: what is read from it, and why a file is refused. Nothing is stored.",
            ("Open a file", ":material/upload_file:", {"dataset": first, "view": "Open a file"}),
        ),
        (
            "Cases of known truth",
            "Synthetic radiographs whose opacities are known to the pixel, with or without a planted marker.",
            ("Browse the phantoms", ":material/grid_view:", {"dataset": "Phantoms", "view": "Cases"}),
        ),
    )
    for column, (title, purpose, (label, icon, query)) in zip(st.columns(3, border=True), doors, strict=True):
        column.subheader(title, anchor=False)
        column.markdown(purpose)
        column.page_link(DATA_PAGE, label=label, icon=icon, query_params=query)


def show_datasets(entries: list[catalogue.Entry]) -> None:
    for entry in entries:
        with st.container(border=True):
            _show_dataset(entry.name, *st.columns([5, 4], vertical_alignment="center"))
    if len(entries) == len(catalogue.PHANTOMS):
        st.info(
            "For real radiographs, add a folder or zip of your own on the Data page, or fetch the public Kermany set "
            "(5,856 paediatric radiographs, 1.2 GB) in a terminal:",
            icon=":material/download:",
        )
        st.code(FETCH, language="bash")


def _show_dataset(name: str, text: DeltaGenerator, pictures: DeltaGenerator) -> None:
    text.page_link(DATA_PAGE, label=f"**{plain(name)}**", query_params={"dataset": name})
    try:
        overview, samples = cached.overview(name), cached.samples(name, SHOWN)
    except Refusal as refusal:  # one that was moved away must not hide the others
        text.caption(plain(str(refusal)))
        return
    splits = [f"{sum(numbers.values()):,} {SPLIT_NAMES[split]}" for split, numbers in overview.counts.items()]
    patients = say_count(overview.patients_in_all, "patient")
    whose = "synthetic radiographs" if overview.synthetic else f"radiographs of {patients}"
    text.caption(f"{overview.cases:,} {whose}: {', '.join(splits)}")
    with pictures.container(horizontal=True, gap="xsmall", wrap=False):
        for label, thumbnail in samples:
            st.image(thumbnail, width=64, alt=f"Sample radiograph of {name}, {label}")


def show_machine() -> None:
    models = list_models()
    facts = {
        "Models": plain(", ".join(models)) if models else "none yet",
        "Device": plain(cached.hardware().sentence),
        "Your files": plain(str(find_home())),
    }
    with st.container(border=True):
        for name, fact in facts.items():
            st.markdown(f"**{name}:** {fact}")
