// @ts-check
// The words of a query, folded as digest/words.py folds those of the papers. Both have to come to the same: a test
// holds them together, so change them together.

import { porter } from "./porter.js";

const CJK = "\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff";
// Python's \s, which knows a few controls more than JavaScript's.
export const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const SOUND = "[\\p{L}\\p{N}]";
const LATIN = `(?:(?![${CJK}])${SOUND})`;
const POSSESSIVE = `(?:'s(?!${SOUND}))?`;

const RUN = `[${CJK}](?:${SPACE}*[${CJK}])*`;
const WILD = new RegExp(`([${CJK}]|${LATIN}{2,}(?:\\*${SOUND}*)+|${LATIN}+)${POSSESSIVE}`, "gu");
const WILD_PIECE = new RegExp(`(${RUN}|${LATIN}{2,}(?:\\*${SOUND}*)+|${LATIN}+)${POSSESSIVE}`, "gu");
const MARKED = new RegExp(`${SOUND}+(?:\\+\\+?|#)(?!${SOUND})|(?<!${SOUND})${SOUND}\\*`, "gu");
const PLAIN = new RegExp(`${RUN}|(?:${LATIN}|\\p{M})+`, "gu");
const IS_CJK = new RegExp(`^[${CJK}]`, "u");
const SPACES = new RegExp(SPACE, "gu");

const GREEK = Object.fromEntries(
  [..."αβγδεζηθικλμνξοπρςστυφχψω"].map((letter, index) => [letter, [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
  ][index]]),
);
/** @type {Record<string, string>} */
const LETTERS = {
  ...GREEK,
  ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", "’": "'", "‘": "'", ʼ: "'", "′": "'",
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "gu");

const TEX = /[\\${}~^_]/u;
const SWITCHES = new Set(["bf", "cal", "em", "frak", "it", "large", "rm", "sc", "sf", "sl", "small", "tt"]);
const SPOKEN = new Set(Object.values(GREEK));
const REFERENCE = new RegExp(
  `\\\\(?:cite[a-z]{0,9}|ref|eqref|label)\\*?${SPACE}?(?:\\[[^\\][\\\\]{0,99}\\]${SPACE}?)?\\{[^{}\\\\]{0,199}\\}`, "gu",
);
const ACCENT = new RegExp(
  `\\\\(?!'s(?![\\p{L}\\p{N}_]))(?:["'\`^~=.]|[cvHukr](?:${SPACE}+|(?=\\{)))(?:\\{${SPACE}*)?\\\\?([A-Za-z])\\}?`, "gu",
);
const TEX_LETTER = new RegExp(`\\\\(ss|ae|oe|aa|o|l|i|j)(?![A-Za-z])(?:\\{\\}|${SPACE}+)?`, "giu");
const COMMAND = new RegExp(`\\\\(?:var)?([A-Za-z]+)\\*?(${SPACE}*\\{)?${SPACE}*`, "gu");

/**
 * Whether a character combines with the one before: JavaScript doesn't tell its class, but sorts by it.
 * @param {string} mark
 */
function combines(mark) {
  return !`\u0345${mark}`.normalize("NFD").startsWith("\u0345") || !`${mark}\u0334`.normalize("NFD").startsWith(mark);
}

/**
 * Lower case, no accents; Greek letters and ligatures spelled out, apostrophes straight.
 * @param {string} text
 */
export function fold(text) {
  if (/^[\0-\x7f]*$/u.test(text)) return text.toLowerCase();
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, (mark) => (combines(mark) ? "" : mark));
  return bare.toLowerCase().replace(LETTER, (letter) => LETTERS[letter]);
}

/**
 * Folded text that the TeX source would print.
 * @param {string} text
 */
export function printed(text) {
  return fold(TEX.test(text) ? unwrapped(text) : text);
}

/** @param {string} text */
function unwrapped(text) {
  let found = text;
  if (found.includes("\\")) {
    found = found.replaceAll("\\\\", " ").replace(REFERENCE, " ").replace(ACCENT, "$1");
    found = found.replace(TEX_LETTER, (_, letter) => (/^(?:aa|AA)$/u.test(letter) ? letter[0] : letter));
    found = found.replace(COMMAND, (_, command, brace) => {
      const name = command.toLowerCase();
      if (SPOKEN.has(name)) return ` ${name} `;
      return brace || SWITCHES.has(name) ? "" : " ";
    });
  }
  return found.replaceAll("~", " ").replace(/[${}_^\\]/gu, "");
}

/**
 * Folded words of a phrase that is looked for, where `*` after two letters or more stands for any letters.
 * @param {string} phrase
 * @returns {string[]}
 */
export function needle(phrase) {
  return [...printed(phrase).matchAll(WILD)].map((found) => found[1]);
}

/**
 * As `needle`, but characters beside each other are one piece.
 * @param {string} phrase
 * @returns {string[]}
 */
export function pieces(phrase) {
  return [...printed(phrase).matchAll(WILD_PIECE)].map((found) => found[1].replace(SPACES, ""));
}

/**
 * Words of a phrase whose mark is no letter and yet means something: `c++`, `f#`, `a*`.
 * @param {string} phrase
 * @returns {string[]}
 */
export function marked(phrase) {
  return [...printed(phrase).matchAll(MARKED)].map((found) => found[0]);
}

/** @param {string} piece */
export function isCjk(piece) {
  return IS_CJK.test(piece);
}

/**
 * Porter stem of a folded word, with the rule `logi` → `log` that Snowball leaves out and arXiv's search has.
 * @param {string} word
 */
export function stem(word) {
  if ([...word].length < 3) return word;
  const root = porter(word);
  return root.endsWith("logi") ? root.slice(0, -1) : root;
}

/**
 * The words and runs of a text as it is shown, with their places in it, for marking what was found.
 * @param {string} text
 * @returns {{ start: number, text: string }[]}
 */
export function shown(text) {
  return [...text.matchAll(PLAIN)].map((found) => ({ start: found.index, text: found[0] }));
}
