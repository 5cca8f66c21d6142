from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from digest.config import OpenAI
from digest.errors import TranslationError
from digest.store import digest_of
from digest.translators import chat
from digest.web import Web
from tests.factories import SEEN, paper
from tests.standins.openai import OpenAIStandin, chinese, completion, edited, error

PAPER = paper(
    title=r"\textbf{PoseTalk}: Talking Heads in $\mathcal{O}(n)$",
    abstract="We drive a talking head from one photograph at 25 frames per second. Code: https://github.com/example-lab/pose.",
)
SECRET = "sk-very-secret"


@pytest.fixture
def server() -> Iterator[OpenAIStandin]:
    with OpenAIStandin() as standin:
        yield standin


@pytest.fixture
def web() -> Iterator[Web]:
    with Web("test", delay=0, deadline=5, backoff=0.01, attempts=3) as made:
        yield made


def make(server: OpenAIStandin, web: Web, **environ: str) -> chat.Chat:
    settings = OpenAI(base_url=server.url, model="stand-in")
    return chat.make(web=web, settings=settings, environ=environ, now=lambda: SEEN)


def test_one_request_translates_title_and_abstract_with_formulas_and_urls_intact(
    server: OpenAIStandin, web: Web
) -> None:
    title, abstract = make(server, web, OPENAI_API_KEY=SECRET).translate(PAPER, ("title", "abstract"), "zh")
    assert (title.arxiv_id, title.field, title.version, title.engine) == (PAPER.arxiv_id, "title", 1, "openai")
    assert title.model == "stand-in-1"
    assert title.source == digest_of(PAPER.title)
    assert title.translated == SEEN
    assert r"$\mathcal{O}(n)$" in title.text
    assert "https://github.com/example-lab/pose" in abstract.text
    assert "<x id" not in title.text + abstract.text
    assert "placeholders" in abstract.checks
    (asked,) = server.asked
    assert (asked.path, asked.authorization) == ("/v1/chat/completions", f"Bearer {SECRET}")
    assert asked.body["model"] == "stand-in"
    assert json.loads(asked.body["messages"][1]["content"])["title"] == 'PoseTalk: Talking Heads in <x id="1"/>'
    assert "Simplified Chinese" in asked.body["messages"][0]["content"]


def test_a_server_that_does_not_know_an_option_is_asked_plainly_from_then_on(server: OpenAIStandin, web: Web) -> None:
    server.script.append(error(400, "Unsupported parameter: temperature", code="unsupported_parameter"))
    translator = make(server, web)
    translator.translate(PAPER, ("title",), "zh")
    translator.translate(PAPER, ("title",), "zh")
    options = ["temperature" in asked.body for asked in server.asked]
    assert options == [True, False, False]


@pytest.mark.parametrize(
    ("status", "fatal"), [(401, True), (402, True), (403, True), (404, True), (410, True), (400, False)]
)
def test_a_dead_key_or_model_is_fatal_and_a_bad_request_is_not(
    server: OpenAIStandin, web: Web, status: int, fatal: bool
) -> None:
    server.script += [error(status, "no")] * 5
    with pytest.raises(TranslationError) as caught:
        make(server, web, OPENAI_API_KEY=SECRET).translate(PAPER, ("title",), "zh")
    assert caught.value.fatal is fatal
    assert SECRET not in f"{caught.value} {caught.value.hint}"


def test_throttling_that_does_not_end_is_fatal_for_this_run(server: OpenAIStandin, web: Web) -> None:
    server.script += [error(429, "slow down")] * 10
    with pytest.raises(TranslationError) as caught:
        make(server, web).translate(PAPER, ("title",), "zh")
    assert caught.value.fatal
    assert len(server.asked) == 3


def test_throttling_that_ends_costs_nothing(server: OpenAIStandin, web: Web) -> None:
    server.script.append(error(429, "slow down", headers={"Retry-After": "0"}))
    assert make(server, web).translate(PAPER, ("title",), "zh")


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("error with status 200", lambda _: (200, {}, b'{"error":{"code":429,"message":"upstream"}}')),
        ("no choices", lambda _: (200, {}, b'{"choices":[]}')),
        ("html", lambda _: (200, {"Content-Type": "text/html"}, b"<html>gateway</html>")),
        ("empty body", lambda _: (200, {}, b"")),
        ("content is null", completion(None)),
        ("cut at the length limit", completion('{"title": "说话', finish="length")),
        ("filtered", completion("", finish="content_filter")),
        ("not json", completion("说话头")),
        ("json cut", completion('{"title": "说话头"')),
        ("another key", completion('{"titre": "说话头"}')),
        ("not text", completion('{"title": 5}')),
        ("a list", completion('["说话头"]')),
        ("formula dropped", edited(lambda text: text.split("<x")[0])),
        ("english echoed", edited(lambda _: 'PoseTalk: Talking Heads in <x id="1"/>')),
        ("monologue", edited(lambda text: f"<think>hm</think>{text}")),
    ],
)
def test_an_answer_that_is_no_translation_is_not_one(server: OpenAIStandin, web: Web, name: str, reply: object) -> None:
    assert callable(reply)
    server.script += [reply] * 5
    with pytest.raises(TranslationError) as caught:
        make(server, web).translate(PAPER, ("title",), "zh")
    assert PAPER.arxiv_id in str(caught.value)
    assert not caught.value.fatal


def test_fences_around_the_object_and_blank_lines_before_it_are_taken_off(server: OpenAIStandin, web: Web) -> None:
    content = json.dumps({"title": chinese('PoseTalk: Talking Heads in <x id="1"/>')})
    server.script.append(completion(f"```json\n{content}\n```"))
    assert make(server, web).translate(PAPER, ("title",), "zh")
    status, headers, body = completion(content)({})
    server.script.append(lambda _: (status, headers, b"\n\n\n" + body))
    assert make(server, web).translate(PAPER, ("title",), "zh")


def test_a_service_that_is_not_there(web: Web) -> None:
    settings = OpenAI(base_url="http://127.0.0.1:9/v1", model="m")
    translator = chat.make(web=web, settings=settings, environ={}, now=lambda: SEEN)
    with pytest.raises(TranslationError, match=PAPER.arxiv_id):
        translator.translate(PAPER, ("title",), "zh")


def test_without_model_or_key_it_says_what_to_set(web: Web) -> None:
    with pytest.raises(TranslationError, match="no model is set"):
        chat.make(web=web, settings=OpenAI(), environ={"OPENAI_API_KEY": SECRET}, now=lambda: SEEN)
    with pytest.raises(TranslationError, match="OPENAI_API_KEY is not set") as caught:
        chat.make(web=web, settings=OpenAI(model="m"), environ={}, now=lambda: SEEN)
    assert "environment variable OPENAI_API_KEY" in (caught.value.hint or "")


def test_on_loopback_no_key_is_needed(server: OpenAIStandin, web: Web) -> None:
    make(server, web).translate(PAPER, ("title",), "zh")
    assert server.asked[0].authorization is None
