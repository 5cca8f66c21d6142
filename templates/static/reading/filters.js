// @ts-check
// Narrows a page to a topic, category, author, or to papers with code. The choice is the address: it can be shared, and
// the back button undoes it.

import { allAuthors, fold } from "./authors.js";
import { papers } from "./papers.js";
import { counted, say, word } from "./words.js";

const KINDS = /** @type {const} */ (["topic", "cat", "author", "code"]);
/** @typedef {typeof KINDS[number]} Kind */
/** @typedef {Record<Kind, string>} Choice empty: any */

/** @returns {Choice} */
function chosen() {
  const query = new URLSearchParams(location.search);
  const choice = { topic: "", cat: "", author: "", code: "" };
  for (const kind of KINDS) choice[kind] = (query.get(kind) ?? "").trim().slice(0, 200);
  if (choice.code !== "1") choice.code = "";
  return choice;
}

/**
 * This address with `choice` in it; what else the query holds stays.
 * @param {string} href
 * @param {Choice} choice
 */
function addressed(href, choice) {
  const url = new URL(href, location.href);
  for (const kind of KINDS) {
    if (choice[kind]) url.searchParams.set(kind, choice[kind]);
    else url.searchParams.delete(kind);
  }
  return url.href;
}

/**
 * @param {() => void} changed to call when other papers are shown
 */
export function filters(changed) {
  const form = /** @type {HTMLDetailsElement | null} */ (document.getElementById("filters"));
  const all = papers();
  if (!form || all.length === 0) return;
  const controls = /** @type {Record<Kind, HTMLInputElement & HTMLSelectElement>} */ ({});
  for (const control of form.querySelectorAll("[data-filter]")) {
    const kind = /** @type {Kind} */ (/** @type {HTMLElement} */ (control).dataset.filter);
    controls[kind] = /** @type {HTMLInputElement & HTMLSelectElement} */ (control);
  }
  const found = document.getElementById("found");
  const none = document.getElementById("nothing");
  const names = allAuthors(all, () => apply(chosen(), true));
  /** @type {Record<Kind, (paper: HTMLElement, value: string) => boolean>} */
  const holds = {
    topic: (paper, value) => listed(paper.dataset.topics).includes(value),
    cat: (paper, value) => listed(paper.dataset.categories).includes(value),
    author: (paper, value) => names.match(paper, fold(value)),
    code: (paper) => "code" in paper.dataset,
  };
  /**
   * @param {HTMLElement} paper
   * @param {Choice} choice
   * @param {Kind} [except]
   */
  const fits = (paper, choice, except) =>
    KINDS.every((kind) => kind === except || !choice[kind] || holds[kind](paper, choice[kind]));

  /** Categories are arXiv's own codes, the same in every language. */
  for (const code of [...new Set(all.flatMap((paper) => listed(paper.dataset.categories)))].sort()) {
    controls.cat.add(new Option(code, code));
  }
  for (const select of [controls.topic, controls.cat]) {
    for (const option of select.options) option.dataset.name = option.text;
  }

  /**
   * @param {Choice} choice
   * @param {boolean} aloud
   */
  function apply(choice, aloud) {
    let number = 0;
    for (const paper of all) {
      paper.hidden = !fits(paper, choice);
      if (!paper.hidden) number += 1;
    }
    for (const section of document.querySelectorAll("main section:has(> article)")) {
      /** @type {HTMLElement} */ (section).hidden = !section.querySelector(":scope > article:not([hidden])");
    }
    const active = KINDS.some((kind) => choice[kind]);
    const summary = active ? counted("found", number, { total: all.length }) : "";
    if (found) found.textContent = summary;
    if (none) none.hidden = !active || number > 0;
    show(choice, active);
    changed();
    if (aloud) say(active ? summary : word("found.all"));
  }

  /**
   * @param {Choice} choice
   * @param {boolean} active
   */
  function show(choice, active) {
    if (active && form) form.open = true;
    for (const kind of /** @type {const} */ (["topic", "cat"])) {
      const select = controls[kind];
      if (choice[kind] && ![...select.options].some((option) => option.value === choice[kind])) {
        const option = new Option(choice[kind], choice[kind]);
        option.dataset.name = choice[kind];
        select.add(option);
      }
      const others = all.filter((paper) => fits(paper, choice, kind));
      for (const option of select.options) {
        const { value } = option;
        const number = value ? others.filter((paper) => holds[kind](paper, value)).length : others.length;
        option.text = word("filter.counted", { name: option.dataset.name ?? value, number });
        option.hidden = number === 0 && value !== "" && value !== choice[kind];
      }
      select.value = choice[kind];
    }
    if (document.activeElement !== controls.author) controls.author.value = choice.author;
    controls.code.checked = choice.code === "1";
    const count = form?.querySelector("[data-count=code]");
    if (count) {
      const others = all.filter((paper) => fits(paper, choice, "code"));
      const number = others.filter((paper) => holds.code(paper, "1")).length;
      count.textContent = word("filter.counted", { name: "", number }).trim();
    }
    const onward = document.querySelectorAll("a[rel=prev], a[rel=next], .pages a");
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (onward)) link.href = addressed(link.href, choice);
  }

  /**
   * @param {Choice} choice
   * @param {"pushState" | "replaceState"} how
   */
  function go(choice, how = "pushState") {
    const address = addressed(location.href.split("#")[0], choice);
    if (address !== location.href.split("#")[0]) history[how](null, "", address);
    apply(choice, true);
  }

  const read = () => ({
    topic: controls.topic.value,
    cat: controls.cat.value,
    author: controls.author.value.trim(),
    code: controls.code.checked ? "1" : "",
  });
  for (const kind of /** @type {const} */ (["topic", "cat", "code"])) {
    controls[kind].addEventListener("change", () => go(read()));
  }
  // One step of history for one name, however many letters it has.
  let typed = false;
  let waiting = 0;
  controls.author.addEventListener("input", (event) => {
    if (/** @type {InputEvent} */ (event).isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      go(read(), typed ? "replaceState" : "pushState");
      typed = true;
    }, 150);
  });
  controls.author.addEventListener("compositionend", () => go(read(), typed ? "replaceState" : "pushState"));
  controls.author.addEventListener("change", () => (typed = false));
  for (const button of document.querySelectorAll("[data-act=clear]")) {
    button.addEventListener("click", () => {
      controls.author.value = "";
      go({ topic: "", cat: "", author: "", code: "" });
      /** @type {HTMLElement | null} */ (form.querySelector("summary"))?.focus();
    });
  }
  addEventListener("popstate", () => {
    clearTimeout(waiting);
    typed = false;
    controls.author.value = chosen().author;
    apply(chosen(), true);
  });
  const early = read(); // what was typed while this was on its way
  if (early.author && !chosen().author) {
    typed = true;
    go(early);
  } else apply(chosen(), false);
}

/** @param {string | undefined} value */
function listed(value) {
  return value?.split(" ").filter(Boolean) ?? [];
}
