// @ts-check
// Marks in a result what was looked for, where a phrase is marked only as a whole.

import { wanted } from "./finding.js";
import { fold, isCjk, pieces, shown, stem } from "./words.js";

/**
 * @typedef {import("./grammar.js").Query} Query
 * @typedef {{ start: number, end: number, word: string, key: string, cjk: boolean, close: boolean }} Token `close`:
 *   nothing but space stands between it and the one before
 * @typedef {(token: Token) => boolean} Test
 */

/** Knows what a query looks for. */
export class Marker {
  /** @param {Query} query */
  constructor(query) {
    const terms = wanted(query);
    /** @param {string} field */
    const of = (field) => terms.filter((term) => term.field === field || term.field === "all");
    this.title = of("title").map(({ text }) => tests(text));
    this.names = of("authors").map(({ text }) => tests(text));
  }

  /** Parts of a title, the marked ones as elements. @param {string} text */
  inTitle(text) {
    const tokens = tokensOf(text);
    return parted(text, this.title.flatMap((phrase) => places(phrase, tokens)));
  }

  /** Parts of an author's name. Its words can come in any order. @param {string} text */
  inName(text) {
    const tokens = tokensOf(text);
    return parted(text, this.names.flatMap((words) => {
      const found = words.map((test) => tokens.filter(test));
      return found.every((each) => each.length > 0) ? found.flat() : [];
    }));
  }
}

/** @param {string} text @returns {Test[]} */
function tests(text) {
  return pieces(text).flatMap((piece) => {
    if (isCjk(piece)) return [...piece].map((letter) => (/** @type {Token} */ token) => token.key === letter);
    if (!piece.includes("*")) return [(/** @type {Token} */ token) => token.word === piece || token.key === stem(piece)];
    const pattern = new RegExp(`^${piece.replaceAll("*", "[\\p{L}\\p{N}]*")}$`, "u");
    return [(/** @type {Token} */ token) => pattern.test(token.word) || pattern.test(token.key)];
  });
}

/** @param {string} text @returns {Token[]} */
function tokensOf(text) {
  /** @type {Token[]} */
  const found = [];
  for (const { start, text: piece } of shown(text)) {
    if (!isCjk(piece)) {
      if (piece === "s" && /['’]/u.test(text[start - 1] ?? "")) continue;
      const word = fold(piece);
      found.push({ start, end: start + piece.length, word, key: stem(word), cjk: false, close: true });
      continue;
    }
    let close = false;
    for (let at = 0; at < piece.length; at += 1) {
      if (!isCjk(piece[at])) continue; // a space within the run
      const word = fold(piece[at]);
      found.push({ start: start + at, end: start + at + 1, word, key: word, cjk: true, close });
      close = true;
    }
  }
  return found;
}

/** Where the whole phrase stands. @param {Test[]} phrase @param {Token[]} tokens */
function places(phrase, tokens) {
  const found = [];
  for (let at = 0; at + phrase.length <= tokens.length; at += 1) {
    const here = tokens.slice(at, at + phrase.length);
    const fits = here.every((token, which) => {
      const apart = which > 0 && token.cjk && here[which - 1].cjk && !token.close;
      return phrase[which](token) && !apart;
    });
    if (fits) found.push({ start: here[0].start, end: here[here.length - 1].end });
  }
  return found;
}

/**
 * @param {string} text
 * @param {{ start: number, end: number }[]} spans
 * @returns {(string | HTMLElement)[]}
 */
function parted(text, spans) {
  const parts = [];
  let at = 0;
  for (const { start, end } of spans.sort((one, other) => one.start - other.start || other.end - one.end)) {
    if (end <= at) continue;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(Math.max(start, at), end);
    parts.push(text.slice(at, Math.max(start, at)), mark);
    at = end;
  }
  return [...parts, text.slice(at)];
}
