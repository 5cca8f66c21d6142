// @ts-check
// Words come from the page, in its language: `<template data-words>` holds every sentence that a script may show.

/** @type {Map<string, string>} by key, or by key and plural form */
const texts = new Map();
for (const template of /** @type {NodeListOf<HTMLTemplateElement>} */ (document.querySelectorAll("template[data-words]"))) {
  for (const { dataset, textContent } of /** @type {NodeListOf<HTMLElement>} */ (template.content.querySelectorAll("i"))) {
    texts.set(dataset.plural ? `${dataset.word} ${dataset.plural}` : `${dataset.word}`, textContent ?? "");
  }
}
const language = document.documentElement.lang;

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function word(key, values = {}) {
  return filled(texts.get(key), values);
}

/**
 * The sentence for that many: `{number}` is written as the language does.
 * @param {string} key
 * @param {number} number
 * @param {Record<string, string | number>} [values]
 */
export function counted(key, number, values = {}) {
  const form = new Intl.PluralRules(language).select(number);
  return filled(texts.get(`${key} ${form}`) ?? texts.get(`${key} other`), { number, ...values });
}

/**
 * @param {string | undefined} text
 * @param {Record<string, string | number>} values
 */
function filled(text = "", values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = Object.hasOwn(values, name) ? values[name] : whole;
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}

/** @param {string} iso a day, `2026-11-11` */
export function dayInWords(iso) {
  const options = /** @type {const} */ ({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return new Date(iso).toLocaleDateString(language === "en" ? "en-GB" : language, options);
}

let clearing = 0;

/**
 * Tells what happened, to eyes and to screen readers, without moving the focus.
 * @param {string} text
 */
export function say(text) {
  const place = document.getElementById("said");
  if (!place) return;
  clearTimeout(clearing);
  place.textContent = text;
  clearing = setTimeout(() => (place.textContent = ""), 6000);
}
