// @ts-check
// The papers of a page: which one is meant, and what its marks show.

/** @typedef {import("./store.js").Store} Store */

/** Every paper of the page, on a list or alone. */
export function papers() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("main article.paper, main article.sheet")]);
}

/** Gives every paper of a list its buttons: a page holds them once, or they would outweigh its style. */
export function equip() {
  const marks = /** @type {HTMLTemplateElement | null} */ (document.getElementById("marks"))?.content.firstElementChild;
  if (!marks) return;
  for (const place of document.querySelectorAll(".marks:empty")) place.replaceWith(marks.cloneNode(true));
}

/** Those that no filter hides. */
export function shown() {
  return papers().filter((paper) => !paper.hidden);
}

/** @param {HTMLElement} paper */
export const idOf = (paper) => paper.dataset.id ?? paper.id;

/** @param {HTMLElement} paper */
export const listedOn = (paper) => paper.dataset.listed ?? "";

/** @param {HTMLElement} paper */
const link = (paper) => /** @type {HTMLAnchorElement | null} */ (paper.querySelector(".title a"));

/**
 * The title that the chosen language shows.
 * @param {HTMLElement} paper
 */
export function titleOf(paper) {
  const titles = /** @type {HTMLElement[]} */ ([...paper.querySelectorAll(".title [lang]")]);
  return (titles.find((title) => title.offsetParent !== null) ?? titles[0])?.textContent?.trim() ?? idOf(paper);
}

/**
 * An address that stays right: lists move on, the page of a paper doesn't.
 * @param {HTMLElement} paper
 */
export function addressOf(paper) {
  return link(paper)?.href ?? location.href.split(/[?#]/)[0];
}

/** @type {HTMLElement | null} */
let last = null;

/** The paper that has the focus; else the one that had it. */
function current() {
  const focused = document.activeElement?.closest("article.paper");
  if (focused instanceof HTMLElement) last = focused;
  return last && shown().includes(last) ? last : null;
}

/** The current paper, or the only one; else the first that can be seen, which then gets the focus. */
export function chosen() {
  const all = shown();
  const paper = current() ?? (all.length === 1 ? all[0] : null);
  if (paper) return paper;
  const first = firstInView();
  if (first) focus(first);
  return first;
}

function firstInView() {
  const bar = document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0;
  const edge = Math.max(0, bar);
  return shown().find((paper) => paper.getBoundingClientRect().bottom > edge + 24) ?? null;
}

/** @param {HTMLElement} paper */
function focus(paper) {
  last = paper;
  link(paper)?.focus({ preventScroll: true });
  paper.scrollIntoView({ block: "start", behavior: "instant" });
}

/**
 * Moves the focus to the paper `by` places on. False when there is none.
 * @param {1 | -1} by
 */
export function move(by) {
  const from = current();
  const all = shown().filter((paper) => link(paper));
  const to = from ? all[all.indexOf(from) + by] : all.length > 0 ? firstInView() : null;
  if (to && (to !== from || document.activeElement !== link(to))) focus(to);
  return to !== undefined && to !== null;
}

/**
 * Shows on every paper what the store knows of it. Returns how many are unread.
 * @param {Store} store
 */
export function paint(store) {
  let unread = 0;
  for (const paper of papers()) {
    const id = idOf(paper);
    const isUnread = store.isUnread(id, listedOn(paper));
    const isRead = store.isRead(id);
    const isStarred = store.state.stars.has(id);
    if (isUnread && !paper.hidden) unread += 1;
    paper.classList.toggle("is-unread", isUnread);
    paper.classList.toggle("is-read", isRead);
    paper.querySelector("[data-act=star]")?.setAttribute("aria-pressed", String(isStarred));
    paper.querySelector("[data-act=read]")?.setAttribute("aria-pressed", String(isRead));
  }
  return unread;
}
