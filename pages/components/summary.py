"""A data set at a glance: numbers, what to know before trusting it, and the figures behind that."""

import json

import streamlit as st

from cxr_core.background import Stopped, Task
from cxr_core.datasets.check import Findings, Overview
from cxr_core.datasets.remarks import Level, list_remarks
from cxr_core.figures import datasets as figures
from cxr_core.types import LABELS
from cxr_core.words import name_case, say_count, say_size
from pages.components import cached
from pages.components.frame import plain, show_drawing

PATIENCE = 0.3  # seconds to wait for a check before its progress is shown: a kept one needs no flicker
SIGNS: dict[Level, str] = {
    "warning": ":orange[:material/warning:]",
    "note": ":blue[:material/info:]",
    "fine": ":green[:material/check_circle:]",
}


def show_summary(name: str) -> None:
    overview = cached.overview(name)
    with st.grid(4, min_column_width=150):
        st.metric("Radiographs", f"{overview.cases:,}", border=True)
        st.metric("Drawn chests" if overview.synthetic else "Patients", f"{overview.patients_in_all:,}", border=True)
        for label in LABELS:
            number = sum(by_class.get(label, 0) for by_class in overview.counts.values())
            st.metric(label, f"{number:,}", border=True)
    question = st.empty()
    if not cached.is_checked_quickly(name) or st.session_state.get("stopped") == name:
        with question.container():
            if not _ask_to_read(overview):
                return
        question.empty()
        st.session_state.pop("stopped", None)
    task = cached.check_dataset(name)
    if not task.wait(PATIENCE):
        _watch(task)
        st.button("Stop", icon=":material/stop_circle:", on_click=_stop, args=(name, task))
        return
    try:
        findings = task.get()
    except Stopped:  # by another browser
        cached.forget_check(name)
        st.rerun()
    except Exception:  # a full disk, say: the next look tries again
        cached.forget_check(name)
        raise
    _show_findings(name, findings)


@st.fragment(run_every=0.5)
def _watch(task: Task[Findings]) -> None:
    """How far it is; the work goes on whoever looks, on other pages and after a reload."""
    if not task.running:
        st.rerun()
    st.progress(task.share, task.sentence)


def _stop(name: str, task: Task[Findings]) -> None:
    task.stop()
    cached.forget_check(name)
    st.session_state["stopped"] = name


def _ask_to_read(overview: Overview) -> bool:
    """Whether to read every file now; until then what the names alone tell is shown."""
    st.info(
        f"Sizes, copies and shortcuts are known once all {overview.cases:,} files were read. That takes seconds to "
        "minutes, once: the result is kept, and training uses it as well.",
        icon=":material/info:",
    )
    if st.button("Read all files", type="primary", icon=":material/play_arrow:"):
        return True
    show_drawing(figures.draw_counts(overview.counts, overview.subtypes), "counts")
    return False


def _show_findings(name: str, findings: Findings) -> None:
    overview = findings.overview
    came, used = st.columns(2, gap="large")
    with came:
        st.subheader("As it came", anchor=False)
        show_drawing(figures.draw_counts(overview.counts, overview.subtypes), "counts")
    with used:
        st.subheader(
            "As it is used here", anchor=False, help="Validation chooses, test reports, and no patient is on two sides."
        )
        show_drawing(figures.draw_counts(findings.drawn), "drawn")
    st.subheader("Before you trust a model trained on it", anchor=False)
    with st.container(border=True):
        for remark in list_remarks(findings):
            st.markdown(f"{SIGNS[remark.level]} **{plain(remark.title)}.** {plain(remark.sentence)}")
    shortcuts, sizes = st.columns(2, gap="large")
    with shortcuts:
        st.subheader("Can the file alone give it away?", anchor=False)
        st.caption(
            "AUC of each fact about the file, the picture unseen; 95 % intervals, as if no patient were there twice."
        )
        show_drawing(figures.draw_shortcuts(findings), "shortcuts")
    with sizes:
        st.subheader("Sizes", anchor=False)
        st.caption("Of the original files, as the manifest tells." if findings.from_originals else "Of the files.")
        if len(set(findings.sizes.values())) == 1:
            size = say_size(*next(iter(findings.sizes.values())))
            st.markdown(f"All are {size}: size tells nothing about the class.")
        else:
            labels = {case.file: case.label for case in cached.dataset(name).cases}
            show_drawing(figures.draw_sizes(findings, labels), "sizes")
    _show_copies(name, findings)
    _show_unreadable(findings)
    st.download_button(
        "Download these findings (JSON)",
        json.dumps(findings.to_json(), indent=2),
        file_name=f"{name}-check.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def _show_copies(name: str, findings: Findings) -> None:
    pairs = findings.near_duplicates
    if not pairs:
        return
    with st.expander(
        f"Pictures that look all but the same ({say_count(len(pairs), 'pair')})", on_change="rerun"
    ) as panel:
        if not panel.open:
            return
        st.caption("As thumbnails of 32 x 32 pixels they correlate above 0.99. Exact copies come first.")
        with st.grid("auto", min_column_width=300):
            for pair in pairs[:24]:
                with st.container(border=True):
                    with st.container(horizontal=True, gap="xsmall", wrap=False):
                        for file in (pair.first, pair.second):
                            st.image(cached.thumbnail(name, file), width=140, alt=f"Radiograph {name_case(file)}")
                    names = f"{plain(name_case(pair.first))} and {plain(name_case(pair.second))}"
                    st.caption(f"{names}: correlation {pair.correlation:.4f}")
        if len(pairs) > 24:
            st.caption(f"The 24 most alike of {len(pairs):,} pairs; the download holds all.")


def _show_unreadable(findings: Findings) -> None:
    if findings.unreadable:
        st.subheader("Files that cannot be used", anchor=False)
        rows = [{"file": skipped.file, "why": skipped.reason} for skipped in findings.unreadable]
        st.dataframe(rows, hide_index=True, width="stretch")
