// @ts-check
// Hands on the address of a paper: by the system's own sheet where there is one, else by the clipboard.

import { addressOf, titleOf } from "./papers.js";
import { say, word } from "./words.js";

/** @param {HTMLElement} paper */
export async function share(paper) {
  const url = addressOf(paper);
  if (navigator.share) {
    try {
      await navigator.share({ title: titleOf(paper), url });
      return;
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return; // the reader thought better of it
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    say(word("say.copied", { url }));
  } catch {
    say(url); // refused: to be copied by hand
  }
}
