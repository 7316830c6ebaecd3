"""What is on this machine: data sets, models, hardware, and the step to take next."""

import streamlit as st

from cxr_core.datasets import catalogue
from cxr_core.home import find_home
from cxr_core.models import list_models
from cxr_core.types import Refusal
from pages.components import cached
from pages.components.frame import plain

DATA_PAGE = "pages/data.py"
FETCH = "python -m cxr_core data fetch kermany"


def show_next_step() -> None:
    real = [entry.name for entry in catalogue.list_datasets() if entry.name not in catalogue.PHANTOMS]
    with st.container(border=True):
        if real:
            st.markdown(f"**Next:** see what {plain(real[0])} holds, and where it could mislead a model.")
        else:
            st.markdown(
                "**Next:** look at the phantoms. They are drawn by this program, so that there are cases at once, and the "
                "truth about each is known. For real radiographs, add a folder of your own on the Data page, or fetch "
                "the public Kermany set (5,856 paediatric radiographs, 1.2 GB):"
            )
            st.code(FETCH, language="bash")
        with st.container(horizontal=True):
            st.page_link(
                DATA_PAGE,
                label="Look at the data",
                icon=":material/image_search:",
                query_params={"dataset": (real or list(catalogue.PHANTOMS))[0]},
            )
            st.page_link(
                DATA_PAGE,
                label="Open a radiograph",
                icon=":material/upload_file:",
                query_params={"view": "Open a file"},
            )


def show_datasets() -> None:
    for entry in catalogue.list_datasets():
        with st.container(border=True, gap="xsmall"):
            st.page_link(DATA_PAGE, label=f"**{plain(entry.name)}**", query_params={"dataset": entry.name})
            try:
                overview = cached.overview(entry.name)
            except Refusal as refusal:  # one that was moved away must not hide the others
                st.caption(plain(str(refusal)))
                continue
            kind = "synthetic radiographs" if overview.synthetic else "radiographs"
            splits = ", ".join(f"{sum(numbers.values()):,} {split}" for split, numbers in overview.counts.items())
            st.caption(f"{overview.cases:,} {kind} of {sum(overview.patients.values()):,} patients ({splits})")


def show_machine() -> None:
    models = list_models()
    facts = {
        "Models": plain(", ".join(models)) if models else "None yet: this version ships none, and trains none.",
        "Device": plain(cached.hardware().sentence),
        "Your files": plain(str(find_home())),
    }
    st.table(facts, border="horizontal")
