// @ts-check
// Porter's stemmer as Snowball's `porter` has it (https://snowballstem.org/algorithms/porter/stemmer.html): the index is
// made with that one, so this one has to agree with it on every word. A test holds them together.

const VOWEL = "[aeiouy]";
const CONSONANT = "[^aeiouy]";
const REGION = new RegExp(`^.*?${VOWEL}.*?${CONSONANT}`, "su");
const HAS_VOWEL = new RegExp(VOWEL, "u");
// A `Y` that stands for a consonant is written large.
const SHORT = new RegExp(`${CONSONANT}${VOWEL}[^aeiouywxY]$`, "su");

/** @type {[string, string][]} */
const STEP_2 = [
  ["ational", "ate"], ["ization", "ize"], ["fulness", "ful"], ["ousness", "ous"], ["iveness", "ive"],
  ["tional", "tion"], ["biliti", "ble"], ["entli", "ent"], ["ation", "ate"], ["alism", "al"], ["aliti", "al"],
  ["ousli", "ous"], ["iviti", "ive"], ["enci", "ence"], ["anci", "ance"], ["abli", "able"], ["izer", "ize"],
  ["ator", "ate"], ["alli", "al"], ["eli", "e"],
];
/** @type {[string, string][]} */
const STEP_3 = [
  ["alize", "al"], ["icate", "ic"], ["iciti", "ic"], ["ative", ""], ["ical", "ic"], ["ness", ""], ["ful", ""],
];
const STEP_4 = [
  "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion",
  "al", "er", "ic", "ou",
];

/**
 * Porter stem of a folded word of three letters or more.
 * @param {string} word
 * @returns {string}
 */
export function porter(word) {
  let found = word.replace(/^y/u, "Y").replace(/([aeiouy])y/gu, "$1Y");
  const first = region(found, 0);
  const second = region(found, first);

  // 1a
  if (found.endsWith("sses")) found = found.slice(0, -2);
  else if (found.endsWith("ies")) found = found.slice(0, -2);
  else if (found.endsWith("s") && !found.endsWith("ss")) found = found.slice(0, -1);

  // 1b
  const ending = ["eed", "ing", "ed"].find((each) => found.endsWith(each));
  if (ending === "eed") {
    if (found.length - 3 >= first) found = found.slice(0, -1);
  } else if (ending) {
    const rest = found.slice(0, -ending.length);
    if (HAS_VOWEL.test(rest)) found = mended(rest, first);
  }

  // 1c
  if (/[yY]$/u.test(found) && HAS_VOWEL.test(found.slice(0, -1))) found = `${found.slice(0, -1)}i`;

  found = replaced(found, STEP_2, first);
  found = replaced(found, STEP_3, first);

  // 4
  const last = STEP_4.find((each) => found.endsWith(each));
  if (last && found.length - last.length >= second) {
    const rest = found.slice(0, -last.length);
    if (last !== "ion" || /[st]$/u.test(rest)) found = rest;
  }

  // 5
  if (found.endsWith("e")) {
    const rest = found.slice(0, -1);
    if (rest.length >= second || (rest.length >= first && !SHORT.test(rest))) found = rest;
  }
  if (found.endsWith("ll") && found.length - 1 >= second) found = found.slice(0, -1);
  return found.replaceAll("Y", "y");
}

/**
 * Where the region after the first consonant after a vowel begins.
 * @param {string} word
 * @param {number} start
 */
function region(word, start) {
  const found = REGION.exec(word.slice(start));
  return found ? start + found[0].length : word.length;
}

/**
 * What a word that lost `ed` or `ing` gets instead.
 * @param {string} word
 * @param {number} first
 */
function mended(word, first) {
  if (/(?:at|bl|iz)$/u.test(word)) return `${word}e`;
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/u.test(word)) return word.slice(0, -1);
  return word.length === first && SHORT.test(word) ? `${word}e` : word;
}

/**
 * The longest ending that fits decides, even when it stands too far left to be replaced.
 * @param {string} word
 * @param {[string, string][]} endings longest first
 * @param {number} first
 */
function replaced(word, endings, first) {
  const found = endings.find(([ending]) => word.endsWith(ending));
  if (!found || word.length - found[0].length < first) return word;
  return word.slice(0, -found[0].length) + found[1];
}
