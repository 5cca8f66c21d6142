"""The Markdown of a digest, read with GitHub's own parser: what stands where, and what the pages say of themselves."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jinja2 import meta

from digest.model import (
    Author,
    CodeLink,
    Digest,
    Entry,
    RunReport,
    SourceStatus,
    Status,
    Topic,
    TopicMatch,
    Version,
)
from digest.outputs import OUTPUTS, templating
from digest.outputs.markdown import README_DAYS, README_ROWS, Markdown
from digest.outputs.readme import END, START
from tests.factories import LISTED, SEEN, SUBMITTED, digest, entry, translation
from tests.rendered import Cell, Page

GOLDEN = Path(__file__).parent.parent / "golden" / "markdown"
TEMPLATES = Path(__file__).parents[2] / "templates"
COLUMNS = ["Publish Date", "Title", "Authors", "Abstract", "PDF", "Code"]
DAY = f"docs/daily/2026/{LISTED}.md"
YESTERDAY = LISTED - dt.timedelta(days=1)
ANSWERED = Status(sources={"api": SourceStatus(reached=SEEN, complete=SEEN)})


def topics(*names: str) -> tuple[TopicMatch, ...]:
    return tuple(TopicMatch(topic=name) for name in names)


def made(shown: Digest, language: str = "en", **settings: Any) -> dict[str, str]:
    files = Markdown(language=language, **settings).render(shown)
    return {path: content.decode() for path, content in files.items()}


def rows(markdown: str) -> list[dict[str, Cell]]:
    """Rows of all tables by column; every head has to be the same."""
    found = []
    for row in Page(markdown).rows:
        if not any(cell.tags or cell.text for cell in row):
            continue  # the head: its cells are not collected
        assert len(row) == len(COLUMNS)
        found.append(dict(zip(COLUMNS, row, strict=True)))
    return found


def revised(arxiv_id: str, *listed: dt.date | None, **changes: object) -> Entry:
    """A paper whose n-th version was listed on the n-th day and submitted the day before it."""
    versions = tuple(
        Version(
            version=number,
            updated=dt.datetime.combine(day - dt.timedelta(days=1), dt.time(3), dt.UTC) if day else None,
            listed=day,
        )
        for number, day in enumerate(listed, start=1)
    )
    return entry(arxiv_id, version=len(listed), listed=listed[0], versions=versions, **changes)


def test_it_is_the_output_that_config_calls_markdown() -> None:
    assert OUTPUTS["markdown"](readme="").name == "markdown"


# One day


def sample_day() -> Digest:
    return digest(
        entry(
            code_links=(
                CodeLink(url="https://github.com/someone/heads", kind="code", found_by="abstract"),
                CodeLink(url="https://someone.github.io/heads/?a=(1)&b=2", kind="project", found_by="comment"),
            ),
        ),
        entry(
            "2611.90002",
            title=r"\textbf{Pipes} | and `ticks` at $\alpha^2$ for \$5 <script>alert(1)</script>",
            abstract=r"We use $O(n\log n)$ steps, 20\% less. Code: https://github.com/someone/pipes_and_ticks.",
            authors=tuple(Author(name=f"Author {number}") for number in range(8)),
            topics=topics("Lip sync", "Avatar"),
        ),
        revised("2610.90003", YESTERDAY, LISTED, title="A Withdrawn Paper", withdrawn=True),
        entry("2611.90004", title="Lips", published=None, topics=topics("Lip sync")),
        translations=(
            translation(),
            translation(field="abstract", text="我们用一张照片和一段音轨驱动说话头。"),
            translation("2610.90003", text="一篇论文"),
        ),
        topics=(Topic(name="Avatar"), Topic(name="Lip sync")),
        status=ANSWERED,
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_day_looks_as_it_always_did(language: str, tmp_path: Path) -> None:
    """The files are there to be read: they are what people get."""
    shown = sample_day() if language == "zh" else msgspec.structs.replace(sample_day(), languages=(), sample=True)
    files = made(shown, language, readme="# Mine\n")
    for name, path in {"day": DAY, "index": "docs/daily/README.md", "readme": "README.md"}.items():
        golden, seen = GOLDEN / f"{name}.{language}.md", tmp_path / f"{name}.{language}.md"
        seen.write_text(files[path], encoding="utf-8")
        assert files[path] == golden.read_text(encoding="utf-8"), f"when the change is meant, copy {seen} to {golden}"


def test_a_row_says_what_is_known() -> None:
    paper = {row["PDF"].text: row for row in rows(made(sample_day(), "zh")[DAY])}["2611.90001"]
    assert paper["Publish Date"].text == "2026-11-09"
    assert paper["Publish Date"].links == ["https://arxiv.org/abs/2611.90001"]
    assert paper["Title"].bold == "Talking Heads from One Photograph"
    assert paper["Title"].text == "Talking Heads from One Photograph\n一张照片生成说话头"
    assert paper["Authors"].text == "Ada Lovelace, Charles Babbage"
    assert paper["Abstract"].summary == "摘要"
    assert paper["Abstract"].text == (
        "我们用一张照片和一段音轨驱动说话头。\n\nWe drive a talking head from a single photograph and an audio track."
    )
    assert paper["PDF"].links == ["https://arxiv.org/pdf/2611.90001"]
    assert paper["Code"].links == ["https://github.com/someone/heads", "https://someone.github.io/heads/?a=%281%29&b=2"]


def test_nothing_in_a_row_is_alive_but_ours() -> None:
    page = Page(made(sample_day(), "zh")[DAY])
    assert {tag for row in page.rows for cell in row for tag, _ in cell.tags} == {
        *("a", "br", "details", "em", "span", "strong", "summary")
    }
    assert "script" not in page.outside


def test_what_is_not_known_is_left_empty() -> None:
    shown = digest(entry(abstract="", authors=(), published=None), languages=())
    (row,) = [line for line in made(shown)[DAY].splitlines() if "2611.90001" in line]
    assert row == "||**Talking Heads from One Photograph**|||[2611.90001](https://arxiv.org/pdf/2611.90001)||"


def test_a_title_of_nothing_is_the_identifier() -> None:
    (row,) = rows(made(digest(entry(title="{}")))[DAY])
    assert row["Title"].bold == "2611.90001"


def test_links_that_no_browser_should_follow_are_left_out() -> None:
    bad = ("javascript:alert(1)", "data:text/html,x", "https://", "//x.org", "https://x.org/ y")
    links = tuple(CodeLink(url=url, kind="code", found_by="abstract") for url in bad)
    (row,) = rows(made(digest(entry(code_links=links)))[DAY])
    assert row["Code"] == Cell()


def test_many_authors_are_counted() -> None:
    many = tuple(Author(name=f"{number}. {{\\'E}}va") for number in range(3000))
    assert rows(made(digest(entry(authors=many)))[DAY])[0]["Authors"].text == "0. Éva, 1. Éva, 2. Éva and 2,997 more"
    assert rows(made(digest(entry(authors=many)), "zh")[DAY])[0]["Authors"].text == "0. Éva, 1. Éva, 2. Éva 等 3,000 人"


def test_a_missing_translation_is_said_to_be_missing() -> None:
    (row,) = rows(made(digest(entry()))[DAY])
    assert row["Abstract"].summary == "Abstract (not translated yet)"
    assert row["Abstract"].text == "We drive a talking head from a single photograph and an audio track."
    assert row["Title"].text == "Talking Heads from One Photograph"
    (row,) = rows(made(digest(entry()), "zh")[DAY])
    assert row["Abstract"].summary == "摘要（尚未翻译）"


def test_with_several_languages_the_missing_one_is_named() -> None:
    shown = digest(entry(), translations=(translation(field="abstract", text="译文"),), languages=("zh", "ja"))
    (row,) = rows(made(shown)[DAY])
    assert row["Abstract"].summary == "Abstract (not translated into ja yet)"
    assert row["Abstract"].text.startswith("译文\n\nWe drive")


def test_without_languages_nothing_is_missing() -> None:
    (row,) = rows(made(digest(entry(), languages=()))[DAY])
    assert row["Abstract"].summary == "Abstract"


def test_a_translation_of_an_older_version_says_so() -> None:
    texts = (translation(version=1), translation(field="abstract", version=1, text="旧"))
    shown = digest(revised("2611.90001", YESTERDAY, LISTED), translations=texts)
    (row,) = rows(made(shown)[DAY])
    assert row["Title"].text.splitlines()[1] == "一张照片生成说话头 (translation of v1)"
    assert row["Abstract"].summary == "Abstract (translation of v1)"


def test_a_withdrawn_paper_is_marked_and_has_no_pdf() -> None:
    (row,) = rows(made(digest(entry(withdrawn=True)))[DAY])
    assert row["Title"].text == "[withdrawn] Talking Heads from One Photograph"
    assert row["PDF"] == Cell()


# Order


def test_sections_follow_the_config_and_a_paper_stands_once() -> None:
    shown = digest(
        entry("2611.90001", topics=topics("B", "A")),
        entry("2611.90002", topics=topics("B", "gone")),
        entry("2611.90003", topics=topics("gone")),
        entry("2611.90004", topics=()),
        topics=(Topic(name="A"), Topic(name="B"), Topic(name="C")),
    )
    page = made(shown)[DAY]
    assert Page(page).headings[1:] == ["A (1)", "B (1)", "gone (1)", "Without a topic (1)"]
    found = [(row["PDF"].text, row["Title"].text.splitlines()[1:]) for row in rows(page)]
    assert found == [
        ("2611.90001", ["Also in: B"]),
        ("2611.90002", ["Also in: gone"]),
        ("2611.90003", []),
        ("2611.90004", []),
    ]


def test_the_newest_submission_is_first_and_dates_that_are_shown_decide() -> None:
    noon, evening = (dt.datetime(2026, 11, 9, hour, tzinfo=dt.UTC) for hour in (12, 20))
    shown = digest(
        entry("2611.90001", published=evening),
        entry("2611.90002", published=noon),
        entry("2611.90003", published=noon - dt.timedelta(days=1)),
        entry("math/0309136", published=None),
        entry("2611.90004", published=None),
    )
    found = [row["PDF"].text for row in rows(made(shown)[DAY])]
    assert found == ["2611.90002", "2611.90001", "2611.90003", "math/0309136", "2611.90004"]


def test_a_new_version_stands_in_its_own_table_on_the_day_it_was_listed() -> None:
    files = made(digest(revised("2610.90001", YESTERDAY, LISTED, topics=topics("Avatar")), entry("2611.90002")))
    (first,) = rows(files[f"docs/daily/2026/{YESTERDAY}.md"])
    assert first["Publish Date"].text == "2026-11-09"
    assert Page(files[DAY]).headings[1:] == ["Avatar (1)", "Revised (1)"]
    second = rows(files[DAY])[1]
    assert second["Publish Date"].text == "2026-11-09\nv2, 2026-11-10"
    assert second["Title"].text.splitlines()[1] == "Topics: Avatar"


def test_two_versions_on_one_day_are_one_row_and_the_newer_is_named() -> None:
    (row,) = rows(made(digest(revised("2610.90001", YESTERDAY, LISTED, LISTED)))[DAY])
    assert row["Publish Date"].text.endswith("v3, 2026-11-10")


def test_a_version_that_was_past_when_we_met_the_paper_has_no_row() -> None:
    known = (Version(version=1), Version(version=2, listed=LISTED))
    files = made(digest(entry("2610.90001", version=2, versions=known)))
    assert set(files) == {DAY, "docs/daily/README.md"}
    assert [heading for heading in Page(files[DAY]).headings if "Revised" in heading] == []


def test_a_version_without_a_date_is_named_all_the_same() -> None:
    known = (Version(version=1, listed=YESTERDAY), Version(version=2, listed=LISTED))
    (row,) = rows(made(digest(entry("2610.90001", version=2, listed=YESTERDAY, versions=known)))[DAY])
    assert row["Publish Date"].text == "2026-11-09\nv2"


# What the pages say of themselves


def test_the_head_says_how_many_and_when_arxiv_was_asked() -> None:
    page = made(digest(entry(), revised("2610.90001", YESTERDAY, LISTED), status=ANSWERED))[DAY]
    assert "1 new paper, 1 revised · Checked 2026-11-11 (UTC) · [All days](../README.md) · [Web site](" in page


def test_only_the_newest_day_says_when_arxiv_was_asked() -> None:
    """Otherwise every page would change every day."""
    files = made(digest(entry(listed=YESTERDAY, versions=()), entry("2611.90002"), status=ANSWERED))
    assert "Checked" in files[DAY]
    assert "Checked" not in files[f"docs/daily/2026/{YESTERDAY}.md"]
    assert "Checked" in files["docs/daily/README.md"]


def test_machines_are_named() -> None:
    assert "Machine translation: OpenAI-compatible service, test-model" in made(sample_day())[DAY]
    assert "Translations are made by machines" in made(sample_day())[DAY]
    assert "Translations are made by machines" not in made(digest(entry()))[DAY]
    by_people = made(digest(entry(), translations=(translation(engine="human", model=None),)))[DAY]
    assert "Translated by a person" in by_people
    assert "made by machines" not in by_people


def test_arxiv_is_thanked_everywhere() -> None:
    for text in made(sample_day(), readme="").values():
        assert "Metadata from arXiv (CC0)." in text
        assert "Thank you to arXiv for use of its open access interoperability." in text


def test_a_sample_says_so_everywhere() -> None:
    shown = digest(entry(), entry("2611.90002", listed=YESTERDAY, versions=()), sample=True)
    for path, text in made(shown, readme="").items():
        assert text.count("Every paper on these pages is invented") == 1, path


def failing() -> Status:
    since = dt.datetime(2026, 11, 10, 6, tzinfo=dt.UTC)
    return Status(
        sources={
            "api": SourceStatus(reached=since, failing_since=SEEN, message="429 | <b>slow</b> down"),
            "rss": SourceStatus(failing_since=SEEN),
        }
    )


@pytest.mark.parametrize("path", [DAY, "docs/daily/README.md", "README.md"])
def test_a_source_that_failed_is_told_at_the_top(path: str) -> None:
    text = made(digest(entry(), status=failing()), readme="")[path]
    top = Page(text.partition("\n| ")[0])
    assert "What these pages may lack" in top.text
    assert "These pages show papers listed up to 2026-11-11." in top.text
    assert "arXiv API has not given a usable answer since 11 Nov 2026" in top.text
    assert "(429 | <b>slow</b> down)" in top.text
    assert "arXiv RSS has not given a usable answer since 11 Nov 2026, nor before." in top.text
    assert "b" not in top.outside


def test_a_day_in_the_past_doesnt_complain_of_today() -> None:
    shown = digest(entry(listed=YESTERDAY, versions=()), entry("2611.90002"), status=failing())
    assert "What these pages may lack" not in made(shown)[f"docs/daily/2026/{YESTERDAY}.md"]


def test_the_index_lists_every_day_by_month() -> None:
    older = dt.date(2025, 12, 31)
    files = made(digest(entry(), entry("2512.90002", listed=older, versions=()), status=ANSWERED))
    assert Page(files["docs/daily/README.md"]).headings == [
        "Avatar papers, daily: All mailing days",
        "November 2026",
        "December 2025",
    ]
    assert "- [2026-11-11](2026/2026-11-11.md): 1 new paper\n" in files["docs/daily/README.md"]
    assert "- [2025-12-31](2025/2025-12-31.md): 1 new paper\n" in files["docs/daily/README.md"]


def test_the_title_of_a_digest_is_text() -> None:
    shown = digest(entry(), title="A|B <b> *c* $d$", topics=(Topic(name="Avatar | <i>"),))
    page = Page(made(shown, readme="")[DAY])
    assert page.headings[0] == "A|B <b> *c* $d$: 2026-11-11"


# README.md


def readme(shown: Digest, existing: str = "# Mine\n", **settings: Any) -> str:
    return made(shown, readme=existing, **settings)["README.md"]


def days(count: int, each: int = 1, **changes: object) -> Digest:
    return digest(
        *(
            entry(f"2611.{day:02}{number:03}", listed=LISTED - dt.timedelta(days=day), versions=(), **changes)
            for day in range(count)
            for number in range(each)
        ),
        languages=(),
    )


def test_without_a_readme_none_is_written() -> None:
    assert "README.md" not in made(digest(entry()))
    assert "README.md" not in made(digest(entry()), readme="", readme_path=None)


def test_the_readme_keeps_its_prose_and_shows_the_newest_day() -> None:
    text = readme(digest(entry()), f"# Mine\n\n{START}\nold\n{END}\n\nMore.\n")
    assert text.startswith(f"# Mine\n\n{START}\n")
    assert text.endswith(f"{END}\n\nMore.\n")
    assert "old" not in text
    assert "### [2026-11-11](docs/daily/2026/2026-11-11.md): 1 new paper\n\n#### Avatar (1)\n" in text
    assert [row["PDF"].text for row in rows(text)] == ["2611.90001"]


def test_the_readme_is_the_same_when_nothing_is_new() -> None:
    once = readme(sample_day())
    assert readme(sample_day(), once) == once


def test_line_ends_of_windows_stay() -> None:
    once = readme(sample_day(), "# Mine\r\n\r\ntext\r\n")
    assert "\n" not in once.replace("\r\n", "")
    assert readme(sample_day(), once) == once


def test_links_are_relative_to_the_readme() -> None:
    text = made(digest(entry()), readme="", readme_path="docs/pages/README.md", daily="docs/my days/")
    assert "](../my%20days/2026/2026-11-11.md)" in text["docs/pages/README.md"]
    assert "](../my%20days/README.md)" in text["docs/pages/README.md"]
    assert "docs/my days/2026/2026-11-11.md" in text


def test_short_days_stand_together_and_the_rest_is_linked() -> None:
    text = readme(days(30, each=20))
    assert len(rows(text)) == README_ROWS // 20 * 20
    headings = [heading for heading in Page(text).headings if heading.startswith("2026-")]
    assert headings == ["2026-11-11: 20 new papers", "2026-11-10: 20 new papers"]
    linked = re.findall(r"^- \[([\d-]+)\]\(docs/daily/\d+/\1\.md\): 20 new papers$", text, re.MULTILINE)
    assert linked == [str(LISTED - dt.timedelta(days=day)) for day in range(2, 2 + README_DAYS)]


def test_a_long_day_is_shown_whole() -> None:
    assert len(rows(readme(days(2, each=README_ROWS + 30)))) == README_ROWS + 30


def test_whole_days_go_before_papers_do() -> None:
    shown = days(3, each=10)
    whole = len(readme(shown).encode())
    text = readme(shown, readme_limit=whole)
    assert len(text.encode()) < whole
    assert len(rows(text)) == 20
    assert "- [2026-11-09](" in text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_two_thousand_long_papers_stay_below_the_limit(newline: str) -> None:
    shown = days(1, each=2000, abstract="Long | sentences $x_1$ & <b>. " * 70)
    text = readme(shown, f"# Mine{newline}" * 1000)
    size = len(text.encode())
    assert 490_000 < size < 500_000
    count = len(rows(text))
    assert f"[{2000 - count:,} more papers of 2026-11-11](docs/daily/2026/2026-11-11.md)" in text
    assert "#### Avatar (2000)" in text
    assert readme(shown, text) == text


def test_prose_that_fills_the_readme_leaves_room_for_links_only() -> None:
    text = readme(days(1, each=3), "x" * 600_000)
    assert rows(text) == []
    assert "[3 more papers of 2026-11-11](docs/daily/2026/2026-11-11.md)" in text
    assert text.startswith("x" * 600_000)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status(), "No run has finished so far."),
        (failing(), "not every source could be asked"),
        (
            msgspec.structs.replace(
                ANSWERED, last_run=RunReport(command="run", version="1", started=SEEN, finished=SEEN)
            ),
            "no paper has matched the topics so far",
        ),
    ],
)
def test_a_digest_without_papers_says_why(status: Status, reason: str) -> None:
    files = made(digest(status=status), readme="")
    assert set(files) == {"README.md", "docs/daily/README.md"}
    assert reason in files["README.md"]


# Templates


def test_a_template_says_what_it_receives() -> None:
    for path in (TEMPLATES / "markdown").glob("*.md"):
        if path.name == "_parts.md":
            continue
        source = path.read_text(encoding="utf-8")
        said = re.match(r"\{# receives: ([\w ]+)", source)
        assert said, path
        environment = templating.environment()
        assert set(said[1].split()) == meta.find_undeclared_variables(environment.parse(source)), path


def test_every_word_of_ours_is_used() -> None:
    ours = [*(TEMPLATES / "markdown").glob("*.md"), *(TEMPLATES.parent / "digest" / "outputs").glob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in ours)
    for key in json.loads((TEMPLATES / "locales" / "en.json").read_text(encoding="utf-8")):
        if key.startswith("md."):
            assert f'"{key.removesuffix(".one").removesuffix(".other")}"' in code, key


def test_a_template_of_the_user_wins(tmp_path: Path) -> None:
    (tmp_path / "markdown").mkdir()
    (tmp_path / "markdown" / "_row.md").write_text("|{{ paper.title|cell }}\n|2|3|4|5|6|", encoding="utf-8")
    files = made(digest(entry(title="a|b")), environment=templating.environment(tmp_path))
    assert r"|a\|b|2|3|4|5|6|" in files[DAY]


def test_times_are_utc() -> None:
    eastern = dt.timezone(dt.timedelta(hours=-5))
    (row,) = rows(made(digest(entry(published=dt.datetime(2026, 11, 9, 21, tzinfo=eastern))))[DAY])
    assert row["Publish Date"].text == "2026-11-10"
    assert SUBMITTED.tzinfo is not None
