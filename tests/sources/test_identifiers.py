from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.identifiers import parse_arxiv_id

ARCHIVES = ["math", "hep-th", "solv-int", "cond-mat", "cs", "q-alg", "astro-ph", "dg-ga"]
MONTHS = [f"{year:02}{month:02}" for year in range(100) for month in range(1, 13)]

new_ids = st.builds("{}.{}".format, st.sampled_from(MONTHS), st.from_regex(r"[0-9]{4,5}", fullmatch=True))
old_ids = st.builds(
    "{}/{}{}".format, st.sampled_from(ARCHIVES), st.sampled_from(MONTHS), st.from_regex(r"[0-9]{3}", fullmatch=True)
)
ids = new_ids | old_ids
versions = st.none() | st.integers(1, 999)
spellings = st.sampled_from(
    [
        "{}",
        " {}\n",
        "arXiv:{}",
        "arxiv:{}",
        "arXiv: {}",
        "oai:arXiv.org:{}",
        "http://arxiv.org/abs/{}",
        "https://arxiv.org/abs/{}",
        "https://www.arxiv.org/abs/{}",
        "https://export.arxiv.org/abs/{}?context=cs",
        "arxiv.org/abs/{}",
        "https://arxiv.org/pdf/{}",
        "https://arxiv.org/pdf/{}.pdf",
        "https://arxiv.org/pdf/{}#page=3",
        "https://arxiv.org/html/{}",
        "{}.pdf",
    ]
)


@given(ids, versions, spellings)
def test_every_spelling_names_the_same_paper(arxiv_id: str, version: int | None, spelling: str) -> None:
    written = arxiv_id if version is None else f"{arxiv_id}v{version}"
    assert parse_arxiv_id(spelling.format(written)) == (arxiv_id, version)


@given(old_ids, versions, st.sampled_from(["GT", "AG", "mes-hall", "CL"]))
def test_the_subject_class_is_no_part_of_the_name(arxiv_id: str, version: int | None, subject: str) -> None:
    archive, number = arxiv_id.split("/")
    written = f"{archive}.{subject}/{number}" + (f"v{version}" if version else "")
    assert parse_arxiv_id(written) == (arxiv_id, version)


@pytest.mark.parametrize(
    ("text", "arxiv_id", "version"),
    [
        ("http://arxiv.org/abs/2411.09268v2", "2411.09268", 2),
        ("http://arxiv.org/abs/solv-int/9901001v1", "solv-int/9901001", 1),
        ("math.GT/0309136v1", "math/0309136", 1),
        ("hep-th/9901001", "hep-th/9901001", None),
        ("0704.0001", "0704.0001", None),
        ("1501.00001", "1501.00001", None),
        ("1501.10000", "1501.10000", None),
    ],
)
def test_examples(text: str, arxiv_id: str, version: int | None) -> None:
    assert parse_arxiv_id(text) == (arxiv_id, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "http://arxiv.org/abs/sample_code",
        "https://arxiv.org/api/errors#incorrect_id_format_for_2411.09268",
        "2413.00001",
        "2400.00001",
        "241.09268",
        "2411.092681",
        "2411.09268v0",
        "2411.09268v",
        "2411.09268vv2",
        "٢٤١١.٠٩٢٦٨",
        "math/309136",
        "https://evil.example/abs/2411.09268",
        "https://arxiv.org.evil.example/abs/2411.09268",
        "2411.09268 and more",
        "x2411.09268",
    ],
)
def test_anything_else_is_no_identifier(text: str) -> None:
    with pytest.raises(ValueError, match="not an arXiv identifier"):
        parse_arxiv_id(text)


@given(st.text())
def test_what_is_read_can_be_read_again(text: str) -> None:
    try:
        arxiv_id, version = parse_arxiv_id(text)
    except ValueError:
        return
    assert parse_arxiv_id(arxiv_id) == (arxiv_id, None)
    assert version is None or parse_arxiv_id(f"{arxiv_id}v{version}") == (arxiv_id, version)
