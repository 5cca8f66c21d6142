// @ts-check
// Reading by keyboard and by button: both call the same actions. Loaded by site.js; without it every page can be read.

import { listen } from "./keys.js";
import { chosen, equip, idOf, listedOn, move, paint, shown, titleOf } from "./papers.js";
import { root } from "./place.js";
import { share } from "./share.js";
import { Store } from "./store.js";
import { counted, dayInWords, say, word } from "./words.js";

const page = document.documentElement;
const store = new Store(root.pathname);
const plainTitle = document.title;

/** Brings every mark up to date with the store. */
function repaint() {
  const unread = paint(store);
  const { since } = store.state;
  const place = document.getElementById("unread");
  if (place) {
    place.textContent = !unread ? "" : since ? counted("unread", unread, { day: dayInWords(since) }) : counted("unread.marked", unread);
    place.hidden = unread === 0;
    document.title = unread ? `(${unread}) ${plainTitle}` : plainTitle;
  }
  const button = document.getElementById("all-read");
  if (button) button.hidden = unread === 0;
}

/**
 * Says what happened, and when nothing will remember it, that too.
 * @param {string} text
 */
function tell(text) {
  say(store.keeps ? text : `${text} ${word("say.forgotten")}`);
}

/** @param {HTMLElement} paper */
function star(paper) {
  const id = idOf(paper);
  const starred = store.state.stars.has(id);
  const done = store.star(id, starred ? null : { day: listedOn(paper), at: new Date().toISOString() });
  repaint();
  if (!done) say(word("say.full"));
  else tell(word(starred ? "say.unstarred" : "say.starred", { title: titleOf(paper) }));
}

/** @param {HTMLElement} paper */
function toggleRead(paper) {
  const read = !store.isRead(idOf(paper));
  store.mark([idOf(paper)], read);
  repaint();
  tell(word(read ? "say.read" : "say.unread", { title: titleOf(paper) }));
}

/**
 * A paper that was opened has been read; saying so would be noise.
 * @param {HTMLElement} paper
 */
function opened(paper) {
  if (store.isRead(idOf(paper))) return;
  store.mark([idOf(paper)], true);
  repaint();
}

function allRead() {
  const unread = shown().filter((paper) => store.isUnread(idOf(paper), listedOn(paper)));
  store.mark(unread.map(idOf), true);
  repaint();
  tell(counted("say.allread", unread.length));
  /** @type {HTMLElement | null} */ (document.querySelector("#filters summary"))?.focus();
}

function fold() {
  const paper = chosen();
  const abstract = paper?.matches(".paper") ? paper.querySelector("details") : null;
  if (!abstract) return;
  abstract.open = !abstract.open;
  say(word(abstract.open ? "say.unfolded" : "say.folded"));
}

function switchVoice() {
  const voices = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("input[name=voice]")]);
  if (voices.length === 0) return;
  const next = voices[(voices.findIndex((voice) => voice.checked) + 1) % voices.length];
  next.checked = true;
  next.dispatchEvent(new Event("change", { bubbles: true }));
  say(next.labels?.[0]?.textContent?.trim() ?? "");
}

const THEMES = ["auto", "light", "dark"];
let theme = kept("theme") ?? "auto";

function switchTheme() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  page.dataset.theme = theme; // for this page, where nothing is kept
  keep("theme", theme);
  document.dispatchEvent(new Event("digest:theme"));
  nameTheme();
  say(word(`theme.${theme}`));
}

function nameTheme() {
  if (!THEMES.includes(theme)) theme = "auto";
  for (const button of document.querySelectorAll("[data-act=theme]")) button.textContent = word(`theme.${theme}`);
}

function search() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("header input[type=search], main input[type=search][name=q]"));
  field?.focus();
  field?.select();
}

/** @param {"prev" | "next"} direction */
function turn(direction) {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(`main a[rel=${direction}]`));
  if (link) location.assign(link.href);
}

/** @param {1 | -1} by */
function step(by) {
  if (!move(by) && shown().length > 0) say(word(by === 1 ? "say.last" : "say.first"));
}

const help = /** @type {HTMLDialogElement | null} */ (document.getElementById("help"));
const single = /** @type {HTMLInputElement | null} */ (document.getElementById("single-keys"));
let singleKeys = kept("keys") !== "off";
if (single) {
  single.checked = singleKeys;
  single.addEventListener("change", () => {
    singleKeys = single.checked;
    keep("keys", singleKeys ? "on" : "off");
  });
}

/** @param {(paper: HTMLElement) => void} act */
function withPaper(act) {
  const paper = chosen();
  if (paper) act(paper);
}

listen(
  {
    j: () => step(1),
    k: () => step(-1),
    o: fold,
    v: switchVoice,
    s: () => withPaper(star),
    m: () => withPaper(toggleRead),
    t: switchTheme,
    "/": search,
    "?": () => help?.showModal(),
    ArrowLeft: () => turn("prev"),
    ArrowRight: () => turn("next"),
  },
  () => singleKeys,
);

/** @type {Record<string, (paper: HTMLElement) => void>} */
const ofPaper = { star, read: toggleRead, share };
/** @type {Record<string, () => void>} */
const ofPage = { theme: switchTheme, help: () => help?.showModal(), close: () => help?.close(), "all-read": allRead };

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const paper = /** @type {HTMLElement | null} */ (target.closest("article.paper, article.sheet"));
  const act = /** @type {HTMLElement | null} */ (target.closest("[data-act]"))?.dataset.act ?? "";
  if (paper && Object.hasOwn(ofPaper, act)) ofPaper[act](paper);
  else if (Object.hasOwn(ofPage, act)) ofPage[act]();
  else if (paper && target.closest("a[href^='https:'], .title a")) opened(paper);
});
document.addEventListener(
  "toggle",
  (event) => {
    const abstract = /** @type {HTMLDetailsElement} */ (event.target);
    const paper = /** @type {HTMLElement | null} */ (abstract.closest?.("article.paper"));
    if (paper && abstract.open) opened(paper);
  },
  true,
);
addEventListener("storage", ({ key }) => {
  if (key === store.key) store.refresh();
  if (key === "arxiv-digest:theme") {
    page.dataset.theme = theme = kept("theme") ?? "auto";
    document.dispatchEvent(new Event("digest:theme"));
    nameTheme();
  }
  repaint();
});

store.visit(page.dataset.newest ?? null, Date.now());
nameTheme();
equip();
repaint();
const narrowing = /** @type {HTMLDetailsElement | null} */ (document.getElementById("filters"));
const narrow = async () => (await import("./filters.js")).filters(repaint);
// Most visits never filter: the tools for it come when they are opened, or when the address asks for them.
if (narrowing?.open || (narrowing && location.search)) await narrow();
else narrowing?.addEventListener("toggle", narrow, { once: true });
const alone = /** @type {HTMLElement | null} */ (document.querySelector("main article.sheet"));
if (alone) opened(alone);
if (document.getElementById("stars")) (await import("./stars.js")).list(store, repaint);
if (document.getElementById("results")) (await import("../search/main.js")).start(repaint);
page.classList.add("ready"); // keys are heard from now on

/** @param {string} name */
function kept(name) {
  try {
    return localStorage.getItem(`arxiv-digest:${name}`);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
function keep(name, value) {
  try {
    localStorage.setItem(`arxiv-digest:${name}`, value);
  } catch {
    // nothing to keep it in
  }
}
