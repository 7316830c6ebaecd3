"""What every page begins with, and how it says that something cannot be used."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cxr_core.figures.drawing import Drawing
from cxr_core.types import Refusal

NOTICE = "Research and teaching software, not a medical device. Do not use it to diagnose or treat anyone."


def open_page(title: str, purpose: str) -> None:
    """Title, notice and purpose. Every page calls it: a page opened by its link may run without the entry file."""
    st.set_page_config(page_title=f"{title} · CXR Lens", page_icon=":material/pulmonology:", layout="wide")
    st.markdown(f":orange-badge[:material/science: Research use only] {NOTICE}")
    st.title(title, anchor=False)
    st.markdown(purpose)


@contextmanager
def refusals() -> Iterator[None]:
    """Shows a refusal raised inside as its one sentence, and ends the page there."""
    try:
        yield
    except Refusal as refusal:
        show_refusal(refusal)
        st.stop()


def show_refusal(refusal: Refusal) -> None:
    st.error(plain(str(refusal)), icon=":material/error:")


def show_drawing(drawing: Drawing, key: str) -> None:
    st.plotly_chart(drawing.figure, alt=drawing.alt, key=key, config={"displayModeBar": False})


def plain(text: str) -> str:
    """The text as it stands: names come from files and users, and Streamlit reads labels as Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)
