// @ts-check
// The chosen theme, before anything is painted: loaded right behind the style sheet, and small because the page waits
// for it. It makes every rule for the dark scheme hold always or never, so that colours are written down once.
"use strict";

(() => {
  // From a disk neither style rules nor modules can be reached: those pages follow the system, and have no tools.
  if (location.protocol === "file:") return;
  const page = document.documentElement;
  page.classList.add("scripted");

  /** @type {{ rule: CSSMediaRule, condition: string }[]} */
  const dark = [];
  /** @param {CSSRuleList} rules */
  function gather(rules) {
    for (const rule of rules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      if (rule.media.mediaText.includes("prefers-color-scheme")) dark.push({ rule, condition: rule.media.mediaText });
      else gather(rule.cssRules);
    }
  }
  for (const sheet of document.styleSheets) gather(sheet.cssRules);

  function dress() {
    let theme = null;
    try {
      theme = localStorage.getItem("arxiv-digest:theme");
    } catch {
      // refused: the page follows the system
    }
    if (theme !== "dark" && theme !== "light") theme = page.dataset.theme ?? "auto";
    for (const { rule, condition } of dark) {
      const wants = condition.includes("dark") ? "dark" : "light";
      rule.media.mediaText = theme === "auto" ? condition : theme === wants ? "all" : "not all";
    }
    page.style.colorScheme = theme === "auto" ? "" : theme;
  }
  dress();
  document.addEventListener("digest:theme", dress);
})();
