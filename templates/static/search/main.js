// @ts-check
// The search page: what is asked for stands in its address, so that it can be kept, shared and gone back to.

import { root } from "../reading/place.js";
import { counted, dayInWords, word } from "../reading/words.js";
import { Index, Unreachable } from "./files.js";
import { Search, WHERE } from "./finding.js";
import { parse, Wrong } from "./grammar.js";
import { Marker } from "./marking.js";

/**
 * @typedef {import("./grammar.js").Query} Query
 * @typedef {import("./files.js").Card} Card
 */

const AT_ONCE = 10;
const KEYS = ["q", "topic", "cat", "since", "until", "sort"];
const MINUTE = 60_000;
const DAY = 1440;
const language = document.documentElement.lang;

/** @param {() => void} repaint to call when there are other papers */
export function start(repaint) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("query"));
  const input = /** @type {HTMLInputElement} */ (document.getElementById("q"));
  const place = /** @type {HTMLElement} */ (document.getElementById("results"));
  const more = /** @type {HTMLButtonElement} */ (document.getElementById("more"));
  const title = document.title;
  /** @type {Promise<Index> | null} */
  let index = null;
  /** The search that the page shows; an older one that still waits for its files has lost its say. */
  let current = {};

  function fill() {
    const given = new URLSearchParams(location.search);
    for (const key of KEYS) control(form, key).value = given.get(key) ?? "";
    const narrowed = KEYS.some((key) => key !== "q" && given.get(key));
    if (narrowed) /** @type {HTMLDetailsElement} */ (form.querySelector("details")).open = true;
  }

  /** Look for what the form says. @param {boolean} again whether the index was just found to be an older one */
  async function run(again = false) {
    const mine = {};
    current = mine;
    place.replaceChildren();
    more.hidden = true;
    complain();
    count("");
    const asked = input.value.trim();
    document.title = asked ? `${asked} · ${title}` : title;
    try {
      const query = wholeQuery(form);
      if (query === null) return;
      count(word("search.looking"));
      index ??= open();
      const search = new Search(await index, query, { best: control(form, "sort").value === "best" });
      if (current === mine) await show(search, new Marker(query), mine);
    } catch (error) {
      if (current !== mine) return;
      if (error instanceof Unreachable) index = null;
      if (error instanceof Unreachable && error.gone && !again) await run(true);
      else explain(error);
    }
  }

  /** @param {Search} search @param {Marker} marker @param {object} mine */
  async function show(search, marker, mine) {
    let limit = AT_ONCE;
    const advance = async () => {
      while (!search.done && search.hits.length < limit) {
        await search.more();
        if (current !== mine) return;
        await draw();
      }
      await draw();
    };
    const draw = async () => {
      const hits = search.hits.slice(place.children.length, limit);
      const cards = await Promise.all(hits.map(({ segment, paper }) => segment.card(paper)));
      if (current !== mine) return;
      place.append(...cards.map((card, at) => article(card, hits[at].where, marker)));
      const number = search.hits.length;
      count(counted(search.done ? "search.found" : "search.sofar", number));
      more.hidden = search.done && number <= limit;
      repaint();
    };
    more.onclick = async () => {
      const next = place.children.length;
      limit = next + AT_ONCE;
      try {
        await advance();
        /** @type {HTMLElement | null} */ (place.children[next]?.querySelector(".title a"))?.focus();
      } catch (error) {
        if (current === mine) explain(error);
      }
    };
    await advance();
  }

  /** @param {unknown} error */
  function explain(error) {
    count("");
    if (error instanceof Wrong) {
      const { code, values } = error;
      const what = word(`search.wrong.${code}`, values);
      complain(word("search.wrong", { what, place: error.place }), word(`search.mend.${code}`, values));
      input.setAttribute("aria-invalid", "true");
    } else if (error instanceof Unreachable) {
      complain(word("search.offline"));
    } else {
      throw error;
    }
  }

  /** @param {string[]} sentences */
  function complain(...sentences) {
    input.removeAttribute("aria-invalid");
    const lines = sentences.map((text) => Object.assign(document.createElement("span"), { textContent: text }));
    document.getElementById("wrong")?.replaceChildren(...lines);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const url = new URL(location.href);
    url.search = "";
    for (const key of KEYS) if (control(form, key).value.trim()) url.searchParams.set(key, control(form, key).value.trim());
    if (url.href !== location.href) history.pushState(null, "", url);
    run();
  });
  form.addEventListener("change", ({ target }) => {
    if (target !== input) form.requestSubmit();
  });
  addEventListener("popstate", () => {
    fill();
    run();
  });
  fill();
  if (location.search) {
    run();
  } else {
    index = open();
    index.catch(() => (index = null)); // to be asked for again, and complained of, when there is a query
    input.focus();
  }
}

function open() {
  return Index.open(new URL("search/", root).href);
}

/** @param {HTMLFormElement} form @param {string} name */
function control(form, name) {
  return /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
}

/** @param {string} text */
function count(text) {
  const place = document.getElementById("count");
  if (place && place.textContent !== text) place.textContent = text;
}

/** The query and what narrows it; null when nothing is asked for. @param {HTMLFormElement} form @returns {Query | null} */
function wholeQuery(form) {
  /** @param {string} name */
  const given = (name) => control(form, name).value.trim();
  /** @type {Query[]} */
  const parts = [];
  if (given("q")) parts.push(parse(given("q")));
  if (given("topic")) parts.push({ kind: "term", field: "topic", text: given("topic") });
  if (given("cat")) parts.push({ kind: "term", field: "category", text: given("cat") });
  if (given("since") || given("until")) {
    const begin = given("since") ? Date.parse(given("since")) / MINUTE : -Infinity;
    const end = given("until") ? Date.parse(given("until")) / MINUTE + DAY - 1 : Infinity;
    parts.push({ kind: "range", start: begin, end });
  }
  return parts.length > 1 ? { kind: "and", parts } : (parts[0] ?? null);
}

/** @param {Card} card @param {number} where @param {Marker} marker */
function article({ id, path, listed, title, titles, lead, more, withdrawn }, where, marker) {
  const pattern = /** @type {HTMLTemplateElement} */ (document.getElementById("result"));
  const made = /** @type {HTMLElement} */ (pattern.content.firstElementChild?.cloneNode(true));
  /** @param {string} selector */
  const part = (selector) => /** @type {HTMLElement} */ (made.querySelector(selector));
  made.id = id;
  made.dataset.listed = listed;
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (made.querySelectorAll("a[data-arxiv]"))) {
    link.href = `https://arxiv.org/${link.dataset.arxiv}/${id}`;
    if (link.dataset.arxiv === "abs") link.textContent = `arXiv:${id}`;
  }
  const link = /** @type {HTMLAnchorElement} */ (part(".title a"));
  link.href = new URL(path, root).href;
  link.replaceChildren(
    ...titles.map(([of, text]) => line("t", of, marker.inTitle(text))),
    line(titles.length ? "s second" : "s", "en", marker.inTitle(title)),
  );
  part(".authors").replaceChildren(...lead.flatMap((name, at) => {
    const written = document.createElement("bdi");
    written.append(...marker.inName(name));
    return at ? [", ", written] : [written];
  }));
  if (more) {
    const rest = line("more", language, [counted("authors.more", more, { total: lead.length + more })]);
    part(".authors").append(" ", rest);
  }
  const time = document.createElement("time");
  time.dateTime = listed;
  time.textContent = dayInWords(listed);
  part(".day").append(time);
  const places = /** @type {const} */ (["abstract", "comment", "journal_ref"]).filter((field) => where & WHERE[field]);
  if (places.length) {
    const fields = new Intl.ListFormat(language).format(places.map((field) => word(`field.${field}`)));
    part(".remark").textContent = word("search.where", { fields });
  } else {
    part(".remark").remove();
  }
  made.classList.toggle("withdrawn", withdrawn);
  (withdrawn ? part("ul:not(.states)") : part(".states")).remove();
  return made;
}

/** @param {string} look @param {string} of language @param {(string | Node)[]} parts */
function line(look, of, parts) {
  const element = document.createElement("span");
  element.className = look;
  element.lang = of;
  element.dir = "auto";
  element.append(...parts);
  return element;
}
