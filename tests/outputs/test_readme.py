"""A README belongs to its author: between the markers it is ours, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.outputs.readme import END, START, put

BLOCK = "\n| a |\n|---|\n| b |\n"
INSIDE = "\n| a |\n|---|\n| b |\n\n"


def test_the_block_goes_between_the_markers() -> None:
    existing = f"# Mine\n\n{START}\nold\n{END}\n\nMore.\n"
    assert put(existing, BLOCK) == f"# Mine\n\n{START}\n{INSIDE}{END}\n\nMore.\n"


@pytest.mark.parametrize(
    ("existing", "before"),
    [
        ("", ""),
        ("# Mine\n", "# Mine\n\n"),
        ("# Mine", "# Mine\n\n"),
        ("# Mine  \n\n\n", "# Mine  \n\n\n\n"),
        (f"{START}\nnever closed\n", f"{START}\nnever closed\n\n"),
        (f"{END}\nclosed before it opened\n{START}\n", f"{END}\nclosed before it opened\n{START}\n\n"),
        (f"Write `{START}` and `{END}`.\n", f"Write `{START}` and `{END}`.\n\n"),
        (f"```html\n{START}\n{END}\n```\n", f"```html\n{START}\n{END}\n```\n\n"),
        (f"~~~~\n~~~\n{START}\n{END}\n~~~~\n", f"~~~~\n~~~\n{START}\n{END}\n~~~~\n\n"),
        (f"    {START}\n    {END}\n", f"    {START}\n    {END}\n\n"),
        (f"```\n{START}\n{END}\n", f"```\n{START}\n{END}\n\n```\n\n"),
    ],
)
def test_without_markers_they_are_added_at_the_end(existing: str, before: str) -> None:
    made = put(existing, BLOCK)
    assert made == f"{before}{START}\n{INSIDE}{END}\n"
    assert put(made, BLOCK) == made


def test_a_fence_that_is_closed_hides_nothing_behind_it() -> None:
    existing = f"```\n{START}\n```\n````x\n```\n````\n  {START}\n{END}\n"
    assert put(existing, BLOCK) == f"```\n{START}\n```\n````x\n```\n````\n  {START}\n{INSIDE}{END}\n"


def test_only_the_first_pair_is_used() -> None:
    existing = f"{START}\nx\n{END}\n{START}\ny\n{END}\n"
    assert put(existing, BLOCK) == f"{START}\n{INSIDE}{END}\n{START}\ny\n{END}\n"


def test_a_lone_start_keeps_what_stands_behind_it() -> None:
    existing = f"{START}\nmine\n{START}\nold\n{END}\n"
    assert put(existing, BLOCK) == f"{START}\nmine\n{START}\n{INSIDE}{END}\n"


@pytest.mark.parametrize("markers", [f"{START}\r\nold\r\n{END}\r\n", ""])
def test_line_ends_stay_as_they_are(markers: str) -> None:
    made = put(f"# Mine\r\n\r\ntext\r\n{markers}", BLOCK)
    assert made.startswith("# Mine\r\n\r\ntext\r\n")
    assert "| a |\r\n|---|\r\n" in made
    assert "\n" not in made.replace("\r\n", "")


LINES = st.lists(
    st.sampled_from([START, END, "```", "~~~", "````", "text", "", "    ", "\t", "\r", "> ", "é\u2028", "\ufeff"]),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n"]))
def test_twice_is_the_same_as_once_and_the_rest_is_untouched(lines: list[str], newline: str, last: str) -> None:
    existing = newline.join(lines) + last
    made = put(existing, "OURS")
    assert put(made, "OURS") == made
    before, after = made.split("OURS")
    if not made.startswith(existing):  # then there was a pair of markers, and only what was between them went
        assert existing.startswith(before.rstrip("\r\n"))
        assert existing.endswith(after.lstrip("\r\n"))
        assert before.rstrip("\r\n").strip(" ").endswith(START)
        assert after.lstrip("\r\n").strip(" ").startswith(END)
