"""Keys of cv-arxiv-daily and its forks, and keys that a later version will read: what becomes of each.

A cv-arxiv-daily config.yaml is valid as it is (https://github.com/Vincentqyw/cv-arxiv-daily/blob/main/config.yaml).
Its keys are read without complaint where they mean something here; the rest is named, so that nobody waits for it.
"""

from __future__ import annotations

from digest.config.problems import Problems
from digest.config.tree import Items, Mark, Node, Scalar, Table, join

_OLD_FILE = "papers are kept under `data`; the old file stays as it is"
_OLD_PAGE = "the tables go to `readme` and `daily`; the old page stays as it is"
_NO_SUMMARY = "this program writes no summaries"
_TRANSLATE = "set `translate:` instead"

TOP = {
    "base_url": "paperswithcode.com closed in July 2025; code links come from the papers",
    "user_name": "write `repository: owner/name`",
    "repo_name": "write `repository: owner/name`",
    "show_authors": "authors are always shown",
    "show_links": "links are always shown",
    "show_badge": "there are no badges",
    "publish_readme": "the newest tables go into README.md; `readme: null` leaves it alone",
    "publish_gitpage": "the site is always built, in `site.output`",
    "publish_wechat": "no page for WeChat is written",
    "json_readme_path": _OLD_FILE,
    "json_gitpage_path": _OLD_FILE,
    "json_wechat_path": _OLD_FILE,
    "md_readme_path": "write `readme: path`",
    "md_gitpage_path": _OLD_PAGE,
    "md_wechat_path": _OLD_PAGE,
    # forks
    "use_title": "the README's own title stays",
    "json_path": _OLD_FILE,
    "data_path": "write `data: folder`",
    "max_pages": "`max_results` is the only limit",
    "max_qa_num": _NO_SUMMARY,
    "translate_title": _TRANSLATE,
    "translate_abstract": _TRANSLATE,
    "deepseek_base_url": "set `translate.openai.base_url` instead",
    "deepseek_model": "set `translate.openai.model` instead",
    "translation_cache_path": "translations are kept under `data`; the old file stays as it is",
    "abstracts_cache_path": _OLD_FILE,
    "domain_filters": "a second filter over all topics does not exist, so more papers are shown than before",
    "final_max_results": "`max_results` is the only limit",
    "llm_enabled": _NO_SUMMARY,
    "llm_api_key": f"{_NO_SUMMARY}. Remove the key from this file, and revoke it if the file was ever published",
    "llm_model": _NO_SUMMARY,
    "llm_max_retries": _NO_SUMMARY,
    "llm_timeout": _NO_SUMMARY,
    "llm_verify_ssl": _NO_SUMMARY,
    "llm_api_call_delay": _NO_SUMMARY,
    "top_labs": "nothing is pinned",
    "black_list_path": "titles on that list are shown again; write `exclude:` in the topic",
    "claudeai_path": _NO_SUMMARY,
    "recent_trend_path": _NO_SUMMARY,
    "archive_gitpage_json_dir": _OLD_FILE,
    "archive_gitpage_md_dir": _OLD_PAGE,
    "enable_code_lookup": "code links are always looked for",
    "domains": "write the topics under `keywords:`",
}
"""Top-level key → why it has no effect here. First cv-arxiv-daily's own, then those of its forks."""

TOPIC = {
    "interesting_keywords": "papers are not tagged",
    "invert": "write `exclude:` for phrases that must not occur",
    "md_readme_path": _OLD_PAGE,
    "json_readme_path": _OLD_FILE,
    "qa_json_path": _NO_SUMMARY,
}
"""The same within a topic."""

LATER = {
    "translate": ("glossary", "deepl", "firefox"),
    "fetch.endpoints": ("huggingface",),
}
"""Keys that the documentation promises and this version does not read yet."""

NOT_YET = "not in this version yet; skipped"


def adopt(root: Table, problems: Problems) -> Table:
    """The tree in this program's own keys. Warns of every key that it took away or read as another."""
    root = _topics_of_sections(root, problems)
    root = _readme(root, problems)
    root = _ignored(root, TOP, "", problems)
    for path, names in LATER.items():
        root = _skip(root, path.split("."), names, problems)
    topics = root.child("keywords")
    if topics is None:
        return root
    for name in topics.entries:
        topic = topics.child(name)
        if topic is not None:
            path = join("keywords", name)
            topic = _queries(topic, path, problems)
            topics = topics.replaced(name, _ignored(topic, TOPIC, path, problems))
    return root.replaced("keywords", topics)


def _ignored(table: Table, reasons: dict[str, str], path: str, problems: Problems) -> Table:
    for name, reason in reasons.items():
        if name in table.entries:
            problems.warn(table.keys[name], join(path, name), f"not used: {reason}")
            table = table.without(name)
    return table


def _skip(table: Table, path: list[str], names: tuple[str, ...], problems: Problems, done: str = "") -> Table:
    if path:
        child = table.child(path[0])
        if child is None:
            return table
        return table.replaced(path[0], _skip(child, path[1:], names, problems, join(done, path[0])))
    for name in names:
        if name in table.entries:
            problems.warn(table.keys[name], join(done, name), NOT_YET)
            table = table.without(name)
    return table


def _readme(root: Table, problems: Problems) -> Table:
    """`publish_readme: false` is a wish that is easy to grant."""
    node = root.entries.get("publish_readme")
    if not isinstance(node, Scalar) or node.value is not False or "readme" in root.entries:
        return root
    mark = root.keys["publish_readme"]
    problems.warn(mark, "publish_readme", "read as `readme: null`: README.md is left alone")
    nothing = Scalar(value=None, kind="null", source="null", mark=node.mark)
    return root.without("publish_readme").replaced("readme", nothing, mark)


def _queries(topic: Table, path: str, problems: Problems) -> Table:
    """HoBeom/cv-arxiv-daily calls its phrases `queries`."""
    node = topic.entries.get("queries")
    if not isinstance(node, Items) or "filters" in topic.entries:
        return topic
    mark = topic.keys["queries"]
    problems.warn(mark, join(path, "queries"), "read as `filters`: any of these phrases")
    return topic.without("queries").replaced("filters", node, mark)


def _topics_of_sections(root: Table, problems: Problems) -> Table:
    """FarInHeight/hyperbolic-arxiv-daily has one list of filters, and a section for each category."""
    filters, sections = root.entries.get("filters"), root.entries.get("subcategories")
    if not isinstance(filters, Items) or not isinstance(sections, Items) or "keywords" in root.entries:
        return root
    topics: dict[str, Node] = {}
    keys: dict[str, Mark] = {}
    for section in sections.items:
        category = section.entries.get("acronym") if isinstance(section, Table) else None
        if not isinstance(section, Table) or not isinstance(category, Scalar):
            return root
        title = section.entries.get("description", category)
        name = title.source if isinstance(title, Scalar) else category.source
        entries: dict[str, Node] = {"filters": filters, "categories": Items(items=(category,), mark=category.mark)}
        keys[name] = section.mark
        topics[name] = Table(entries=entries, keys=dict.fromkeys(entries, section.mark), mark=section.mark)
    mark = root.keys["subcategories"]
    message = "read as a topic each, with the same filters; cross-listed papers count too"
    problems.warn(mark, "subcategories", message)
    root = root.without("filters").without("subcategories")
    return root.replaced("keywords", Table(entries=topics, keys=keys, mark=mark), mark)
