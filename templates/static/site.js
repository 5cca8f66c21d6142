// What pages can't do by themselves: say that nobody has made them again. And three comforts that they do without: links
// that work when opened from disk, a choice of language that stays, and the tools of reading/.
"use strict";

// Days are those of UTC, as on the page. Without script its dates are there to be read.
const DAY = 24 * 60 * 60 * 1000;
function warnWhenOverdue() {
  const { lang, dataset } = document.documentElement;
  const template = document.getElementById("overdue");
  const days = Math.floor(Date.now() / DAY) - Date.parse(dataset.checked) / DAY;
  if (!template || !(days > Number(dataset.promiseDays))) return;
  const banner = template.content.cloneNode(true);
  const number = days.toLocaleString(lang);
  const form = new Intl.PluralRules(lang).select(days);
  const sentences = [...banner.querySelectorAll("[data-plural]")];
  const right = sentences.find((each) => each.dataset.plural === form) ?? sentences.at(-1);
  right.textContent = right.textContent.replace("{days}", number);
  for (const wrong of sentences) if (wrong !== right) wrong.remove();
  banner.querySelector(".figure").textContent = number;
  template.replaceWith(banner);
}
warnWhenOverdue();
// A tab can stay open for longer than the promise.
document.addEventListener("visibilitychange", warnWhenOverdue);

// A web server answers a folder with its index.html; a disk shows a list of files instead.
if (location.protocol === "file:") {
  for (const link of document.querySelectorAll("a[href]")) {
    if (link.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
  }
} else {
  // A browser that can't load the tools doesn't show them.
  import("./reading/main.js").catch((error) => {
    document.documentElement.classList.remove("scripted");
    console.error(error);
  });
}

// Storage can be refused (private windows, blocked cookies): then every page opens in its own language, as without script.
const voices = document.querySelectorAll('input[name="voice"]');
try {
  const kept = localStorage.getItem("arxiv-digest:voice");
  for (const voice of voices) {
    if (voice.value === kept) voice.checked = true;
    voice.addEventListener("change", () => {
      try {
        localStorage.setItem("arxiv-digest:voice", voice.value);
      } catch {
        // nothing to keep it in
      }
    });
  }
} catch {
  // nothing kept
}

// Who follows a link to a paper wants to read it: at its place on the page of a month its abstract stands open.
function unfoldTarget() {
  const details = document.querySelector(":target")?.querySelector("details");
  if (details) details.open = true;
}
addEventListener("load", unfoldTarget);
addEventListener("hashchange", unfoldTarget);

// The page of a paper goes after some months; its address still says which paper it was.
const gone = document.getElementById("gone");
const lost = /\/papers\/([\w.-]+(?:\/\d+)?)\/?(?:index\.html)?$/.exec(location.pathname)?.[1];
if (gone && lost) {
  const link = gone.content.querySelector("a");
  link.href += lost;
  link.append(lost);
  gone.replaceWith(gone.content);
}
