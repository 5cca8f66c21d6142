// @ts-check
// Finds the papers that a query asks for, segment by segment: the same papers that digest/topics.py would match, plus
// those whose translation holds the words. A test holds the two together.

import { fold, isCjk, marked, needle, pieces, stem } from "./words.js";

/**
 * @typedef {import("./grammar.js").Query} Query
 * @typedef {import("./grammar.js").Term} Term
 * @typedef {import("./files.js").Segment} Segment
 * @typedef {import("./files.js").Index} Index
 * @typedef {import("./files.js").Papers} Papers
 * @typedef {{ kind: string, offset: number, term?: string, prefix?: string, test?: (term: string) => boolean }} Element
 *   of a phrase: a term, or all that begin so and pass a test
 * @typedef {{ segment: Segment, paper: number, where: number }} Hit `where`: sum of `WHERE`
 */

/** Where something was found: one bit for each part of a paper. @type {Record<string, number>} */
export const WHERE = {
  title: 1, abstract: 2, comment: 4, journal_ref: 8, authors: 16, id: 32, category: 64, topic: 128, date: 256,
};
const TEXTS = { t: WHERE.title, a: WHERE.abstract, c: WHERE.comment, j: WHERE.journal_ref };
const LETTERS = { title: "t", abstract: "a", comment: "c", journal_ref: "j" };
const MINUTES_OF_A_DAY = 1440;
const IN_TITLE = 3;
/** Papers that are looked at first; then four times as many each time. */
const AT_FIRST = 1000;

/** One search. `more()` until `done`, or until there are as many `hits` as are to be shown. */
export class Search {
  /** @param {Index} index @param {Query} query @param {{ best?: boolean }} options `best`: best first, else newest */
  constructor(index, query, { best = false } = {}) {
    this.index = index;
    this.query = query;
    this.best = best;
    /** @type {Hit[]} */
    this.hits = [];
    /** Segments that were searched, from the newest. */
    this.searched = 0;
    this.aim = best ? Infinity : AT_FIRST;
    /** @type {Map<Term, Uint16Array[]>} */
    this.leaves = new Map();
  }

  get done() {
    return this.searched >= this.index.segments.length;
  }

  /** Search on. When a file can't be had, nothing is lost: another call tries again. */
  async more() {
    const segments = [];
    let papers = 0;
    for (let at = this.searched; at < this.index.segments.length && papers < this.aim; at += 1) {
      segments.push(this.index.segments[at]);
      papers += this.index.segments[at].size;
    }
    const masks = await Promise.all(segments.map((segment, index) => this.within(segment, this.searched + index)));
    segments.forEach((segment, index) => {
      masks[index].forEach((where, paper) => {
        if (where) this.hits.push({ segment, paper, where });
      });
    });
    this.searched += segments.length;
    // What a few segments don't have, many may; a look into each in turn would take as many ways to the server.
    this.aim = 4 * (this.aim + papers);
    if (this.best) this.sort();
  }

  /** @param {Segment} segment @param {number} number */
  async within(segment, number) {
    /** @param {Query} query @returns {Promise<Uint16Array>} */
    const evaluate = async (query) => {
      switch (query.kind) {
        case "term": {
          const found = await papersWith(query, segment, this.index);
          const known = this.leaves.get(query) ?? [];
          known[number] = found;
          this.leaves.set(query, known);
          return found;
        }
        case "range":
          return papersOf(query, segment);
        case "andnot": {
          const [left, right] = await Promise.all([evaluate(query.left), evaluate(query.right)]);
          return left.map((where, paper) => (right[paper] ? 0 : where));
        }
        default: {
          const parts = await Promise.all(query.parts.map(evaluate));
          return parts.reduce((one, other) => (query.kind === "and" ? both(one, other) : either(one, other)));
        }
      }
    };
    return evaluate(this.query);
  }

  /** By how rare the words are that a paper has, three times as much for its title; the newest of equals first. */
  sort() {
    const { segments, size } = this.index;
    const numbers = new Map(segments.map((segment, number) => [segment, number]));
    const weights = new Map(wanted(this.query).map((term) => {
      const papers = (this.leaves.get(term) ?? []).reduce((sum, mask) => sum + mask.filter(Boolean).length, 0);
      return [term, Math.log(1 + size / (1 + papers))];
    }));
    const scores = new Map(this.hits.map((hit) => {
      let score = 0;
      for (const [term, weight] of weights) {
        const where = this.leaves.get(term)?.[numbers.get(hit.segment) ?? 0][hit.paper] ?? 0;
        if (where) score += weight * (where & WHERE.title ? IN_TITLE : 1);
      }
      return [hit, score];
    }));
    this.hits.sort((one, other) => (scores.get(other) ?? 0) - (scores.get(one) ?? 0));
  }
}

/** Terms that a result may have: none behind ANDNOT. @param {Query} query @returns {Term[]} */
export function wanted(query) {
  switch (query.kind) {
    case "term":
      return [query];
    case "range":
      return [];
    case "andnot":
      return wanted(query.left);
    default:
      return query.parts.flatMap(wanted);
  }
}

/** @param {Uint16Array} one @param {Uint16Array} other */
function both(one, other) {
  return one.map((where, paper) => (where && other[paper] ? where | other[paper] : 0));
}

/** @param {Uint16Array} one @param {Uint16Array} other */
function either(one, other) {
  return one.map((where, paper) => where | other[paper]);
}

/** @param {Term} term @param {Segment} segment @param {Index} index @returns {Promise<Uint16Array>} */
async function papersWith({ field, text }, segment, index) {
  switch (field) {
    case "all": {
      /** @type {Promise<Uint16Array>[]} */
      const parts = [phrase(text, Object.keys(TEXTS), segment), named(text, segment)];
      if (mayBeId(text)) parts.push(papersWith({ kind: "term", field: "id", text }, segment, index));
      if (index.categories.some(like(text, below(text)))) {
        parts.push(papersWith({ kind: "term", field: "category", text }, segment, index));
      }
      return (await Promise.all(parts)).reduce(either);
    }
    case "authors":
      return named(text, segment);
    case "category":
      return keyed("g", text, like(text, below(text)), WHERE.category, segment);
    case "id":
      return keyed("i", text, like(text, "(?:v\\d+)?"), WHERE.id, segment);
    case "doi":
      return keyed("d", text, like(text), WHERE.id, segment);
    case "topic":
      return keyed("s", fold(text), like(fold(text)), WHERE.topic, segment);
    default:
      return phrase(text, [LETTERS[/** @type {keyof typeof LETTERS} */ (field)]], segment);
  }
}

/** @param {string} text */
function below(text) {
  return text.includes(".") ? "" : "(?:\\..+)?";
}

/** @param {string} text @param {string} ending */
function like(text, ending = "") {
  const pattern = new RegExp(`^${escaped(text.toLowerCase()).replaceAll("\\*", ".*")}${ending}$`, "su");
  return (/** @type {string} */ name) => pattern.test(name);
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
}

/** @param {string} text */
function mayBeId(text) {
  const lower = text.toLowerCase();
  if (lower.includes("*")) return /^[a-z\d./*-]+$/u.test(lower) && /[\d/]/u.test(lower);
  return /^(?:\d{4}\.\d+|[a-z.-]+\/\d+)(?:v\d+)?$/u.test(lower);
}

/**
 * @param {string} letter @param {string} text @param {(term: string) => boolean} test @param {number} bit
 * @param {Segment} segment
 */
async function keyed(letter, text, test, bit, segment) {
  const found = new Uint16Array(segment.size);
  const terms = await segment.beginning("k", text.toLowerCase().split("*")[0], test);
  for (const papers of terms.values()) for (const paper of papers.get(letter) ?? []) found[paper] = bit;
  return found;
}

/**
 * Papers with an author in whose name all words are, in any order.
 * @param {string} text @param {Segment} segment
 */
async function named(text, segment) {
  const words = [...new Set(needle(text))].sort();
  if (words.some(isCjk) && !segment.cjkNames) return new Uint16Array(segment.size);
  /** @type {Promise<Papers[]>[]} */
  let lists;
  if (words.length === 1 || words.some((word) => word.includes("*"))) {
    lists = words.map((word) => oneName(word, segment));
  } else {
    // most words are nobody's name: their lists, which are needed anyhow, tell
    const each = await Promise.all(words.map((word) => oneName(word, segment)));
    const all = each.map((list) => marksOf(list, "u", segment.size, WHERE.authors)).reduce(both);
    if (!all.some(Boolean)) return all;
    lists = groups(words, Math.min(words.length, 3)).map(async (group) => [await segment.papers("n", group.join(" "))]);
  }
  const found = (await Promise.all(lists)).map((list) => marksOf(list, "u", segment.size, WHERE.authors));
  return found.reduce(both);
}

/** @param {string} word @param {Segment} segment @returns {Promise<Papers[]>} */
async function oneName(word, segment) {
  const kind = isCjk(word) ? "z" : "w";
  if (!word.includes("*")) return [await segment.papers(kind, word)];
  return [...(await segment.beginning(kind, word.split("*")[0], like(word))).values()];
}

/**
 * All ways to take so many of the words, each in their order.
 * @param {string[]} words @param {number} size
 * @returns {string[][]}
 */
function groups(words, size) {
  if (size === 0) return [[]];
  return words.flatMap((word, at) => groups(words.slice(at + 1), size - 1).map((rest) => [word, ...rest]));
}

/** @param {Papers[]} lists @param {string} letter @param {number} size @param {number} bit */
function marksOf(lists, letter, size, bit) {
  const found = new Uint16Array(size);
  for (const papers of lists) for (const paper of papers.get(letter) ?? []) found[paper] = bit;
  return found;
}

/**
 * Papers in which the words of `text` stand one after the other, in one of the fields.
 * @param {string} text @param {string[]} letters @param {Segment} segment
 */
async function phrase(text, letters, segment) {
  const elements = elementsOf(text);
  const [lists, marks] = await Promise.all([
    Promise.all(elements.map((element) => termsOf(element, segment))),
    Promise.all(marked(text).map((mark) => segment.papers("w", mark))),
  ]);
  const whole = new Uint16Array(segment.size);
  await Promise.all(letters.map(async (letter) => {
    const bit = TEXTS[/** @type {keyof typeof TEXTS} */ (letter)];
    const masks = [
      ...lists.map((terms) => marksOf([...terms.values()], letter, segment.size, bit)),
      ...marks.map((papers) => marksOf([papers], letter, segment.size, bit)),
    ];
    const together = masks.reduce(both);
    if (!together.some(Boolean)) return;
    const found = elements.length > 1 ? await inOrder(elements, lists, letter, together, segment) : together;
    found.forEach((where, paper) => {
      whole[paper] |= where;
    });
  }));
  return whole;
}

/**
 * Of the papers in `together`, those where the elements keep their distances.
 * @param {Element[]} elements @param {Map<string, Papers>[]} lists @param {string} letter
 * @param {Uint16Array} together @param {Segment} segment
 */
async function inOrder(elements, lists, letter, together, segment) {
  const starts = await Promise.all(elements.map(async ({ kind, offset }, index) => {
    /** @type {Map<number, Set<number>>} */
    const found = new Map();
    await Promise.all([...lists[index]].map(([term, papers]) => {
      const all = papers.get(letter);
      return all && segment.places(kind, term, letter, all, together, (paper, place) => {
        const known = found.get(paper);
        if (known) known.add(place - offset);
        else found.set(paper, new Set([place - offset]));
      });
    }));
    return found;
  }));
  const [first, ...others] = starts;
  return together.map((where, paper) => {
    const begins = where ? [...(first.get(paper) ?? [])] : [];
    return begins.some((start) => others.every((each) => each.get(paper)?.has(start))) ? where : 0;
  });
}

/** @param {Element} element @param {Segment} segment @returns {Promise<Map<string, Papers>>} */
async function termsOf({ kind, term, prefix, test }, segment) {
  const found = prefix === undefined ? new Map() : await segment.beginning(kind, prefix, test ?? (() => true));
  if (term !== undefined) found.set(term, await segment.papers(kind, term));
  return found;
}

/**
 * What has to be looked for, and how far from the phrase's beginning. Of a run of characters every second pair is
 * enough, since their places are compared.
 * @param {string} text
 * @returns {Element[]}
 */
export function elementsOf(text) {
  /** @type {Element[]} */
  const found = [];
  let offset = 0;
  for (const piece of pieces(text)) {
    if (!isCjk(piece)) {
      found.push(piece.includes("*") ? wild(piece, offset) : { kind: "w", offset, term: stem(piece) });
      offset += 1;
      continue;
    }
    const run = [...piece];
    // a pair begins at every place, and at the end of a run one character stands alone
    if (run.length === 1) found.push({ kind: "z", offset, prefix: piece });
    for (let at = 0; at < run.length - 1; at += 2) {
      found.push({ kind: "z", offset: offset + at, term: run[at] + run[at + 1] });
    }
    if (run.length % 2 && run.length > 1) {
      found.push({ kind: "z", offset: offset + run.length - 2, term: run.slice(-2).join("") });
    }
    offset += run.length;
  }
  return found;
}

/**
 * As arXiv has it, `*` is compared with stems; `medical*` finds `medic` all the same.
 * @param {string} word @param {number} offset
 * @returns {Element}
 */
function wild(word, offset) {
  const pattern = new RegExp(`^${escaped(word).replaceAll("\\*", "[\\p{L}\\p{N}]*")}$`, "u");
  return {
    kind: "w", offset, prefix: word.split("*")[0], test: (term) => pattern.test(term), term: stem(word.replaceAll("*", "")),
  };
}

/**
 * Papers of these days.
 * @param {import("./grammar.js").Range} range @param {Segment} segment
 */
async function papersOf({ start, end }, segment) {
  const found = new Uint16Array(segment.size);
  if (!segment.since) return found;
  const since = Date.parse(segment.since) / 60000;
  const until = Date.parse(segment.until) / 60000 + MINUTES_OF_A_DAY - 1;
  if (until < start || since > end) return found;
  if (start <= since && until <= end && !segment.undated) return found.fill(WHERE.date);
  const exact = start % MINUTES_OF_A_DAY > 0 || (end + 1) % MINUTES_OF_A_DAY > 0;
  (await segment.times(exact)).forEach((time, paper) => {
    if (start <= time && time <= end) found[paper] = WHERE.date;
  });
  return found;
}
