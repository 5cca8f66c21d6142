from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from digest.translators import protect, verify

SHARED = Path(__file__).parents[2] / "../shared/data"
ENGLISH = (
    "Audio-driven talking head generation has advanced quickly, but existing models need 12,000 training clips. "
    "We present a model with $O(n)$ cost that needs 35 clips and improves lip sync by 4.2 points over 2 baselines."
)
GOOD = (
    "音频驱动的说话头生成进展很快，但现有模型需要 12,000 个训练片段。"
    '我们提出一个开销为 <x id="1"/> 的模型，只需 35 个片段，唇形同步比两个基线提高 4.2 个点。'
)


def problems(translated: str, english: str = ENGLISH, language: str = "zh") -> list[str]:
    masked = protect.mask(protect.prepare(english))
    return [problem.partition(":")[0] for problem in verify.check(masked, translated, language).problems]


def test_a_good_translation_passes_every_check() -> None:
    masked = protect.mask(ENGLISH)
    verdict = verify.check(masked, GOOD, "zh")
    assert verdict.problems == ()
    assert verdict.passed == ("placeholders", "script", "length", "echo", "answer", "loop", "numbers")


@pytest.mark.parametrize(
    ("name", "translated", "check"),
    [
        ("formula lost", GOOD.replace('<x id="1"/>', ""), "placeholders"),
        ("formula twice", GOOD.replace("模型，", '模型 <x id="1"/>，'), "placeholders"),
        ("formula invented", GOOD + '<x id="7"/>', "placeholders"),
        ("english again", protect.mask(ENGLISH).text, "script"),
        ("half english", GOOD[:40] + protect.mask(ENGLISH).text[60:], "echo"),
        ("empty", ' <x id="1"/> ', "length"),
        ("cut short", '音频 <x id="1"/> 12,000 35 4.2', "length"),
        ("monologue", "<think>先想想术语</think>" + GOOD, "answer"),
        ("unclosed monologue", "<think>先想想术语。" + GOOD, "answer"),
        ("preamble", "Sure, here is the translation: " + GOOD, "answer"),
        ("refusal", "抱歉，我无法翻译。" + GOOD, "answer"),
        ("code fence", "```json\n" + GOOD, "answer"),
        ("markup left", GOOD.replace("说话头", r"\textbf{说话头}"), "answer"),
        ("loop", GOOD + "唇形同步得到提高，" * 6, "loop"),
        ("number changed", GOOD.replace("4.2", "2.4"), "numbers"),
        ("number lost", GOOD.replace("12,000", "许多"), "numbers"),
        ("another language", GOOD, "script"),
    ],
)
def test_what_other_digests_have_published_is_refused(name: str, translated: str, check: str) -> None:
    language = "ko" if name == "another language" else "zh"
    assert check in problems(translated, language=language)


@pytest.mark.parametrize(
    "translated", [GOOD.replace("12,000", "1.2 万"), GOOD.replace("12,000", "12000"), GOOD.replace("12,000", "12，000")]
)
def test_numbers_may_be_written_as_chinese_writes_them(translated: str) -> None:
    assert problems(translated) == []


def test_a_title_of_names_needs_only_a_little_of_the_script() -> None:
    assert problems("PoseTalk：GAN 与 NeRF 的结合", "PoseTalk: GAN meets NeRF") == []
    assert problems("PoseTalk: GAN meets NeRF", "PoseTalk: GAN meets NeRF") != []


def test_few_false_alarms_on_real_translations() -> None:
    """Of real machine translations by others; those that really dropped a URL or a number are alarms, and right."""
    path = SHARED / "enzh.jsonl.gz"
    if not path.exists():
        pytest.skip("needs ../shared/data/enzh.jsonl.gz")
    alarms = pairs = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            pair = json.loads(line)
            if pair["kind"] != "translation":
                continue
            pairs += 1
            masked = protect.mask(protect.prepare(pair["en"]))
            translated = protect.prepare(pair["zh"])
            verdict = verify.check(masked, translated, "zh")
            alarms += any(not problem.startswith(("placeholders", "numbers")) for problem in verdict.problems)
    assert pairs == 846
    assert alarms <= pairs * 0.02
