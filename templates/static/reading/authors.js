// @ts-check
// Whole lists of authors. A page names the first few; the others are in its file of references, asked for when somebody
// looks for an author.

import { idOf, listedOn } from "./papers.js";
import { root } from "./place.js";
import { say, word } from "./words.js";

/** @param {string} text letters without their marks, in lower case */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/ł/g, "l").replace(/ø/g, "o").trim();
}

/**
 * @param {HTMLElement[]} papers
 * @param {() => void} loaded more names are known
 */
export function allAuthors(papers, loaded) {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const paper of papers) {
    names.set(idOf(paper), [...paper.querySelectorAll(".authors bdi")].map((name) => fold(name.textContent ?? "")));
  }
  const cut = papers.filter((paper) => paper.querySelector(".authors .more"));
  let asked = false;

  async function ask() {
    asked = true;
    const missing = new Map(cut.map((paper) => [idOf(paper), paper]));
    const own = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".cite a[href$='cite.json']"))?.href;
    const days = new Set(cut.map((paper) => new URL(`days/${listedOn(paper)}/cite.json`, root).href));
    for (const file of new Set([...(own ? [own] : []), ...days])) {
      if (missing.size === 0) break;
      if (file !== own && ![...missing.values()].some((paper) => file.includes(`/${listedOn(paper)}/`))) continue;
      try {
        const answer = await fetch(file);
        if (!answer.ok) continue;
        for (const item of await answer.json()) {
          const id = item.custom?.arxiv;
          if (missing.delete(id)) names.set(id, item.author.map(spelled));
        }
      } catch {
        break; // offline: what the page names is still searched
      }
    }
    if (missing.size > 0) say(word("filter.partly"));
    if (missing.size < cut.length) loaded();
  }

  return {
    /**
     * Whether one author's name holds every word of `sought`.
     * @param {HTMLElement} paper
     * @param {string} sought folded
     */
    match(paper, sought) {
      if (!asked && cut.length > 0) ask();
      const words = sought.split(/\s+/);
      return (names.get(idOf(paper)) ?? []).some((name) => words.every((word) => name.includes(word)));
    },
  };
}

/** @param {Record<string, string>} name */
function spelled(name) {
  const { given, "non-dropping-particle": particle, family, suffix, literal } = name;
  return fold([literal, given, particle, family, suffix].filter(Boolean).join(" "));
}
