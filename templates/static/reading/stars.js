// @ts-check
// The page of stars: what the browser keeps, told by the digest's own files; and the way out and in for it.

import { root } from "./place.js";
import { BadFile } from "./store.js";
import { counted, say, word } from "./words.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Star} Star */
/** @typedef {{ arxiv: string, page: string, titles: Record<string, string>, withdrawn?: boolean }} Custom */
/** @typedef {{ title: string, author?: Record<string, string>[], custom: Custom }} Item */

const AT_ONCE = 100;
const LEAD = 3;
const TOGETHER = 4;

/** @type {Map<string, Promise<string | null>>} */
const asked = new Map();

/**
 * A file of a day; null when there is none. Rejects when it could not be asked for.
 * @param {string} day
 * @param {string} suffix
 */
function file(day, suffix) {
  const path = `days/${day}/cite.${suffix}`;
  const known = asked.get(path);
  if (known) return known;
  const answer = fetch(new URL(path, root)).then(
    (response) => {
      if (response.ok) return response.text();
      if (response.status === 404) return null;
      throw new Error(String(response.status));
    },
  );
  answer.catch(() => asked.delete(path));
  asked.set(path, answer);
  return answer;
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => Promise<void>} work
 */
async function few(items, work) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

/**
 * @param {Store} store
 * @param {() => void} repaint
 */
export function list(store, repaint) {
  const place = /** @type {HTMLElement} */ (document.getElementById("stars"));
  const pattern = /** @type {HTMLTemplateElement} */ (document.getElementById("starred"));
  const more = /** @type {HTMLElement} */ (document.getElementById("more-stars"));
  let limit = AT_ONCE;

  function draw() {
    const stars = newestFirst(store);
    const figure = document.querySelector(".opening .figure");
    if (figure) figure.textContent = String(stars.length);
    for (const element of document.querySelectorAll("[data-when]")) {
      /** @type {HTMLElement} */ (element).hidden = (element.getAttribute("data-when") === "none") === stars.length > 0;
    }
    const wanted = stars.slice(0, limit);
    const old = new Map([...place.querySelectorAll("article")].map((article) => [article.id, article]));
    const articles = wanted.map(([id, star]) => old.get(id) ?? blank(id, star));
    place.replaceChildren(...articles);
    more.hidden = stars.length <= limit;
    fill(wanted.filter(([id]) => !old.has(id)));
    repaint();
  }

  /**
   * @param {string} id
   * @param {Star} star
   */
  function blank(id, star) {
    const article = /** @type {HTMLElement} */ (pattern.content.firstElementChild?.cloneNode(true));
    article.id = id;
    article.dataset.listed = star.day;
    for (const link of article.querySelectorAll("a[data-arxiv]")) {
      const kind = link.getAttribute("data-arxiv");
      /** @type {HTMLAnchorElement} */ (link).href = `https://arxiv.org/${kind}/${id}`;
      if (kind === "abs") link.textContent = `arXiv:${id}`;
    }
    const title = /** @type {HTMLAnchorElement} */ (article.querySelector(".title a"));
    title.href = `https://arxiv.org/abs/${id}`;
    title.textContent = `arXiv:${id}`;
    return article;
  }

  /** @param {[string, Star][]} stars */
  async function fill(stars) {
    const ids = new Set(stars.map(([id]) => id));
    await few([...new Set(stars.map(([, { day }]) => day))], async (day) => {
      let failed = "stars.gone";
      try {
        const text = await file(day, "json");
        for (const item of text === null ? [] : /** @type {Item[]} */ (JSON.parse(text))) {
          if (ids.delete(item.custom.arxiv)) tell(item);
        }
      } catch {
        failed = "stars.offline";
      }
      for (const [id, star] of stars) {
        if (star.day !== day || !ids.has(id)) continue;
        const note = document.getElementById(id)?.querySelector(".remark");
        if (note) note.textContent = word(failed);
      }
    });
    repaint();
  }

  /** @param {Item} item */
  function tell({ title, author = [], custom }) {
    const article = document.getElementById(custom.arxiv);
    const link = /** @type {HTMLAnchorElement | null | undefined} */ (article?.querySelector(".title a"));
    if (!article || !link) return;
    link.href = new URL(custom.page, root).href;
    const lines = Object.entries(custom.titles).map(([language, text]) => line("t", language, text));
    link.replaceChildren(...lines, line(lines.length ? "s second" : "s", "en", title));
    const authors = /** @type {HTMLElement} */ (article.querySelector(".authors"));
    const names = author.map(spelled);
    const left = names.length - LEAD;
    authors.textContent = (left > 1 ? names.slice(0, LEAD) : names).join(", ");
    if (left > 1) authors.append(" ", line("more", document.documentElement.lang, counted("stars.more", left)));
    if (custom.withdrawn) {
      article.classList.add("withdrawn");
      const note = article.querySelector(".remark");
      if (note) note.textContent = word("stars.withdrawn");
      article.querySelector("a[data-arxiv=pdf]")?.remove();
    }
  }

  more.addEventListener("click", () => {
    const next = limit;
    limit += AT_ONCE;
    draw();
    /** @type {HTMLElement | null} */ (place.children[next]?.querySelector(".title a"))?.focus();
  });
  // A star that is taken away here stays in sight until the page is left, so that a slip can be undone.
  for (const button of document.querySelectorAll("[data-cite]")) {
    button.addEventListener("click", () => cite(store, button.getAttribute("data-cite") ?? ""));
  }
  document.getElementById("export")?.addEventListener("click", () => {
    save(`stars-${today()}.json`, "application/json", store.exported(new Date()));
    say(counted("say.exported", store.state.stars.size));
  });
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById("import"));
  input?.addEventListener("change", async () => {
    const [chosen] = input.files ?? [];
    input.value = "";
    if (!chosen) return;
    const problem = document.getElementById("import-problem");
    if (problem) problem.textContent = "";
    try {
      const { stars, read, skipped, full, kept } = store.merge(await chosen.text());
      const said = [word("say.imported", { stars, read })];
      if (skipped) said.push(counted("say.skipped", skipped));
      if (full) said.push(word("say.full"));
      if (!kept) said.push(word("say.forgotten"));
      draw();
      say(said.join(" "));
    } catch (error) {
      const text = word(error instanceof BadFile ? error.message : "import.unread", { name: chosen.name });
      if (problem) problem.textContent = text;
    }
  });
  addEventListener("storage", ({ key }) => {
    if (key === store.key) draw();
  });
  draw();
}

/** @param {Store} store */
function newestFirst(store) {
  return [...store.state.stars].sort(([, a], [, b]) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/**
 * The references of all starred papers, picked out of the files of their days: nothing is written twice.
 * @param {Store} store
 * @param {string} suffix
 */
async function cite(store, suffix) {
  const stars = newestFirst(store);
  /** @type {Map<string, string>} */
  const found = new Map();
  const keys = new Map(stars.map(([id]) => [`arXiv-${id.replace("/", "-")}`, id]));
  await few([...new Set(stars.map(([, { day }]) => day))], async (day) => {
    const text = await file(day, suffix).catch(() => null);
    for (const [key, reference] of text === null ? [] : PICK[suffix](text)) {
      if (keys.has(key)) found.set(key, reference);
    }
  });
  const wanted = [...keys.keys()].flatMap((key) => found.get(key) ?? []);
  const text = suffix === "json" ? `[\n${wanted.join(",\n")}\n]\n` : wanted.join(suffix === "bib" ? "\n" : "");
  if (wanted.length > 0) save(`stars-${today()}.${suffix}`, "text/plain", text);
  const left = stars.length - wanted.length;
  say(counted("say.cited", wanted.length) + (left ? ` ${counted("say.uncited", left)}` : ""));
}

/** How each format is cut into references, with the key of each. @type {Record<string, (text: string) => [string, string][]>} */
const PICK = {
  bib: (text) => text.split(/\n(?=@)/).map((entry) => [/^@\w+\{([^,]*),/.exec(entry)?.[1] ?? "", entry.trimEnd() + "\n"]),
  ris: (text) => text.split(/(?=^TY {2}- )/m).map((entry) => [/^ID {2}- (.*?)\r?$/m.exec(entry)?.[1] ?? "", entry]),
  json: (text) => JSON.parse(text).map((/** @type {{ id: string }} */ item) => [item.id, JSON.stringify(item)]),
};

/**
 * @param {string} name
 * @param {string} type
 * @param {string} text
 */
function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const today = () => new Date().toISOString().slice(0, 10);

/** @param {Record<string, string>} name */
function spelled({ given, "non-dropping-particle": particle, family, suffix, literal }) {
  return [literal, given, particle, family, suffix].filter(Boolean).join(" ");
}

/**
 * @param {string} look
 * @param {string} language
 * @param {string} text
 */
function line(look, language, text) {
  const element = document.createElement("span");
  element.className = look;
  element.lang = language;
  element.dir = "auto";
  element.textContent = text;
  return element;
}
