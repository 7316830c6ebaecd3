"""The cases of a data set: a grid of thumbnails, and one case large with its facts."""

from functools import partial

import streamlit as st

from cxr_core.datasets.layouts import Original
from cxr_core.datasets.sources import PhantomSource
from cxr_core.types import SPLIT_NAMES, Case, Refusal
from cxr_core.words import name_case, say_radiograph, say_size
from pages.components import cached
from pages.components.filters import choose_kinds
from pages.components.frame import plain, refusals, show_refusal
from pages.components.lightbox import show_radiograph

GRID = 18  # thumbnails a page


def show_cases(name: str) -> None:
    """The case that the address bar names, or the grid."""
    cases = {case.file: case for case in cached.dataset(name).cases}
    chosen = st.query_params.get("case")
    if chosen in cases:
        _show_case(name, cases[chosen], cases)
    else:
        _show_grid(name, list(cases.values()))


def _show_grid(name: str, cases: list[Case]) -> None:
    found = _mix_classes(choose_kinds(name, cases))
    st.session_state["found"] = [case.file for case in found]  # what Next leads through
    if not found:
        st.info(
            "No case fits. Untick a class, split or sub-type, or empty the text field.", icon=":material/search_off:"
        )
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{len(found):,} of {len(cases):,} radiographs")
        page = st.pagination(-(-len(found) // GRID), key=f"page {name} {len(found)}", persist_state="session")
    with st.grid("auto", min_column_width=170):
        for case in found[(page - 1) * GRID : page * GRID]:
            with st.container(gap="xsmall"):
                _show_thumbnail(name, case)


def _mix_classes(cases: list[Case]) -> list[Case]:
    """The classes by turns, so that the first page shows both."""
    ranks: dict[str, int] = {}
    places = []
    for case in cases:
        ranks[case.label] = ranks.get(case.label, -1) + 1
        places.append((ranks[case.label], case.label))
    return [case for _, case in sorted(zip(places, cases, strict=True), key=lambda pair: pair[0])]


def _show_thumbnail(name: str, case: Case) -> None:
    try:
        st.image(cached.thumbnail(name, case.file), width="stretch", alt=_describe(name, case))
    except Refusal as refusal:
        show_refusal(refusal)
    kind = case.subtype if case.subtype not in ("", "normal") else ""
    st.caption(plain(", ".join(filter(None, (case.label, kind, SPLIT_NAMES[case.split] if case.split else "")))))
    st.button(
        plain(name_case(case.file)), key=f"open {case.file}", on_click=open_case, args=(case.file,), type="tertiary",
        help="Show it large", width="stretch",
    )  # fmt: skip


def _show_case(name: str, case: Case, cases: dict[str, Case]) -> None:
    _show_ways_on(case, cases)
    with refusals():
        radiograph = cached.radiograph(name, case.file)
    drawn = isinstance(cached.dataset(name).source, PhantomSource)
    show_radiograph(
        radiograph,
        title=name_case(case.file),
        facts=_list_facts(name, case) | say_radiograph(radiograph),
        alt=_describe(name, case),
        outline=partial(cached.truth, name, case.file) if drawn else None,
    )


def _show_ways_on(case: Case, cases: dict[str, Case]) -> None:
    """Back to the grid, to its neighbours among the cases the reader had chosen, and to the same patient's others."""
    found = st.session_state.get("found", [])
    files = found if case.file in found else list(cases)
    place = files.index(case.file)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All cases", icon=":material/grid_view:", on_click=close_case)
        _offer("Previous", ":material/chevron_left:", files[place - 1] if place else None)
        _offer("Next", ":material/chevron_right:", files[place + 1] if place + 1 < len(files) else None)
        st.caption(f"{place + 1:,} of {len(files):,}")
        others = [c.file for c in cases.values() if c.patient == case.patient and c.file != case.file]
        if others:
            st.caption("Same patient:")
        for file in others[:4]:
            _offer(plain(name_case(file)), None, file)


def _offer(label: str, icon: str | None, file: str | None) -> None:
    st.button(label, icon=icon, key=f"{label} {file}", disabled=file is None, on_click=open_case, args=(file,))


def open_case(file: str) -> None:
    st.query_params["case"] = file


def close_case() -> None:
    st.query_params.pop("case", None)


def _list_facts(name: str, case: Case) -> dict[str, str]:
    original = cached.dataset(name).originals.get(case.file, Original())
    known = original.width and original.height
    return {
        "Class": case.label,
        "Sub-type": case.subtype if case.subtype != "normal" else "",
        "Split": SPLIT_NAMES[case.split],
        "Patient": case.patient if case.patient != case.file else "not known from the file name",
        "Folder": case.file.removesuffix(name_case(case.file)),
        "Original size": say_size(original.width, original.height) if known else "",
        "Original file": f"{original.bytes / 1000:,.0f} kB" if original.bytes else "",
    }


def _describe(name: str, case: Case) -> str:
    kind = "Synthetic chest radiograph" if cached.dataset(name).synthetic else "Chest radiograph"
    return f"{kind} {name_case(case.file)}, labelled {case.label}"
