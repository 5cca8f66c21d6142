"""The keys of config.yaml: what each means, what it may hold and what it is when nobody writes it.

The types are the only definition. Reading, docs/config.schema.json and the table in docs/configuration.md follow them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from digest.model import TextField, Topic

MatchField = Literal["title", "abstract", "comment", "authors"]
"""Where a filter may be looked for."""


class TopicSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One topic: `query`, or any of `filters` and `authors`; narrowed by `categories` and `exclude`."""

    filters: Annotated[
        tuple[str, ...],
        Meta(
            description="A paper with any of these phrases belongs to the topic. Case, hyphens, plurals don't matter.",
            examples=[["talking head", "digital avatar"]],
        ),
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        Meta(description="None of these phrases may be in it.", examples=[["talking-heads attention"]]),
    ] = ()
    categories: Annotated[
        tuple[str, ...],
        Meta(
            description="Primary category or cross-list has to be one of these; `cs.*` and `cs` are all of computer "
            "science. Empty: all of arXiv.",
            examples=[["cs.CV", "cs.GR"]],
        ),
    ] = ()
    fields: Annotated[
        tuple[MatchField, ...],
        Meta(
            description="Where filters and excluded phrases are looked for: title, abstract, comment, authors.",
            examples=[["title", "abstract"]],
        ),
    ] = ("title", "abstract", "comment")
    authors: Annotated[
        tuple[str, ...],
        Meta(description="Papers by any of these people belong to the topic too.", examples=[["Ada Lovelace"]]),
    ] = ()
    query: Annotated[
        str | None,
        Meta(
            description="arXiv's own query syntax, instead of filters and authors.",
            examples=['ti:"talking head" ANDNOT cat:cs.CL'],
        ),
    ] = None


class Endpoints(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where services are asked, for tests and mirrors."""

    api: Annotated[str, Meta(description="arXiv's API.", examples=["http://127.0.0.1:8080/api/query"])] = (
        "https://export.arxiv.org/api/query"
    )
    rss: Annotated[str, Meta(description="arXiv's RSS feeds.", examples=["http://127.0.0.1:8080/rss"])] = (
        "https://rss.arxiv.org/rss"
    )
    oai: Annotated[str, Meta(description="arXiv's OAI-PMH interface.", examples=["http://127.0.0.1:8080/oai"])] = (
        "https://oaipmh.arxiv.org/oai"
    )


class Fetch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How arXiv is asked."""

    sources: Annotated[
        tuple[str, ...],
        Meta(
            description="Routes to arXiv, tried in this order until every topic has a whole answer: api, rss, oai, or "
            "`package.module:factory`. RSS can't be asked for topics without categories. Default: all three, or those "
            "that `endpoints` names.",
            examples=[["api", "oai"]],
        ),
    ] = ("api", "rss", "oai")
    lookback_days: Annotated[
        int,
        Meta(
            ge=1,
            le=366,
            description="Days that a run looks back. Moderation holds papers for days, so under 7 loses some.",
            examples=[14],
        ),
    ] = 7
    delay: Annotated[
        float,
        Meta(
            ge=0,
            le=600,
            description="Seconds between requests to arXiv. Under 3 is refused, unless the endpoint is local.",
            examples=[5.0],
        ),
    ] = 3.0
    contact: Annotated[
        str | None,
        Meta(
            description="Mail address or web page that arXiv finds in the user agent. Default: the repository's page.",
            examples=["me@example.org"],
        ),
    ] = None
    budget_minutes: Annotated[
        float,
        Meta(ge=1, le=360, description="Minutes that a run may spend on the network in all.", examples=[30]),
    ] = 20.0
    endpoints: Annotated[Endpoints, Meta(description="Other addresses of the services.")] = Endpoints()


class OpenAI(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service that speaks OpenAI's chat protocol: OpenAI, DeepSeek, Qwen, OpenRouter, Ollama, vLLM, …"""

    base_url: Annotated[
        str,
        Meta(
            description="Address that `/chat/completions` is appended to. With another than OpenAI's, set `model`.",
            examples=["https://api.deepseek.com"],
        ),
    ] = "https://api.openai.com/v1"
    model: Annotated[
        str | None,
        Meta(description="Name of the model, as the service spells it.", examples=["deepseek-flash"]),
    ] = None
    api_key_env: Annotated[
        str,
        Meta(
            description="Name of the environment variable that holds the key. The key itself never stands here.",
            examples=["DEEPSEEK_API_KEY"],
        ),
    ] = "OPENAI_API_KEY"


class Translate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Translation by machine; the English text is always kept."""

    languages: Annotated[
        tuple[str, ...],
        Meta(
            description="Languages to translate into (BCP 47 tags), the reader's first one first. Empty: none.",
            examples=[["zh"]],
        ),
    ] = ()
    backends: Annotated[
        tuple[str, ...],
        Meta(
            description="Tried in this order; one without its key or model is skipped, and the report says so: openai, "
            "or `package.module:factory`.",
            examples=[["openai"]],
        ),
    ] = ("openai",)
    fields: Annotated[
        tuple[TextField, ...],
        Meta(description="What is translated: title, abstract.", examples=[["title"]]),
    ] = ("title", "abstract")
    max_papers: Annotated[
        int,
        Meta(ge=0, le=100_000, description="Most papers to translate in one run; the rest waits.", examples=[50]),
    ] = 200
    openai: Annotated[OpenAI, Meta(description="The `openai` backend.")] = OpenAI()


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The site for GitHub Pages."""

    output: Annotated[
        str, Meta(description="Folder that the site is built in; not committed.", examples=["public"])
    ] = "_site"
    language: Annotated[
        str | None,
        Meta(
            description="Language of the site's own words: en or zh. Default: the first of `translate.languages` when "
            "it is Chinese, else en.",
            examples=["zh"],
        ),
    ] = None
    paper_pages: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Most papers with a page of their own: those of the newest mailings, as many as fit whole. "
            "Older ones stand on the page of their month.",
            examples=[2000],
        ),
    ] = 10_000


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A digest's configuration. Paths are relative to the working directory and use `/`."""

    title: Annotated[
        str, Meta(description="Name of the digest, on every page and feed.", examples=["Avatar papers, daily"])
    ] = "arXiv digest"
    description: Annotated[
        str,
        Meta(description="One sentence under the title.", examples=["New arXiv papers on talking heads"]),
    ] = ""
    site_url: Annotated[
        str | None,
        Meta(
            description="Address of the published site; feeds and the sitemap need it.",
            examples=["https://someone.github.io/avatar-daily/"],
        ),
    ] = None
    repository: Annotated[
        str | None,
        Meta(
            description="`owner/name` on GitHub. Default in a GitHub Action: the repository that it runs in.",
            examples=["someone/avatar-daily"],
        ),
    ] = None
    max_results: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="Most papers taken for a topic in one run; what is cut is reported.",
            examples=[200],
        ),
    ] = 100
    keywords: Annotated[dict[str, TopicSettings], Meta(description="Topics by name, in the order of the pages.")]
    fetch: Annotated[Fetch, Meta(description="How arXiv is asked.")] = Fetch()
    translate: Annotated[Translate, Meta(description="Translation by machine.")] = Translate()
    site: Annotated[Site, Meta(description="The site.")] = Site()
    data: Annotated[str, Meta(description="Folder of the stored papers and translations.", examples=["docs/data"])] = (
        "docs/data"
    )
    daily: Annotated[str, Meta(description="Folder of the dated tables.", examples=["docs/daily"])] = "docs/daily"
    readme: Annotated[
        str | None,
        Meta(
            description="File that the newest tables are written into, between its two markers. null: none.",
            examples=["README.md"],
        ),
    ] = "README.md"

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics in the order of the file."""
        return tuple(Topic(name=name, **msgspec.structs.asdict(each)) for name, each in self.keywords.items())

    @property
    def contact(self) -> str | None:
        """What the user agent names, so that arXiv can reach somebody."""
        if self.fetch.contact or not self.repository:
            return self.fetch.contact
        return f"https://github.com/{self.repository}"
