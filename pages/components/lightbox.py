"""One radiograph, large, with its facts beside it."""

from collections.abc import Callable, Mapping

import streamlit as st

from cxr_core.figures import pictures
from cxr_core.types import Radiograph
from pages.components.frame import plain


def show_radiograph(
    radiograph: Radiograph,
    title: str,
    facts: Mapping[str, str],
    alt: str,
    outline: Callable[[], bytes] | None = None,  # where the truth is known: the picture with it drawn in
) -> None:
    picture, beside = st.columns([3, 2], gap="large")
    with beside:
        st.subheader(plain(title), anchor=False)
        st.table({fact: plain(value) for fact, value in facts.items() if value}, border="horizontal")
        for warning in radiograph.warnings:
            st.warning(plain(warning), icon=":material/info:")
        outlined = outline is not None and st.toggle("Outline the known truth", key="truth")
        if outlined:
            st.markdown(
                ":orange-badge[opacity] :blue-badge[lungs] :red-badge[heart] :green-badge[planted marker, if any]"
            )
    shown = outline() if outline and outlined else pictures.encode_radiograph(radiograph)
    alt += ", with opacity, lungs and heart outlined" if outlined else ""
    # Streamlit would compress the picture; what the file holds is what a reader must see.
    picture.image(shown, alt=alt, width=pictures.find_width(radiograph), output_format="PNG")
