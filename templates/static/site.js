// Two comforts that the pages do without: links that work when opened from disk, and a choice of language that stays.
"use strict";

// A web server answers a folder with its index.html; a disk shows a list of files instead.
if (location.protocol === "file:") {
  for (const link of document.querySelectorAll("a[href]")) {
    if (link.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
  }
}

// Storage can be refused (private windows, blocked cookies): then every page opens in its own language, as without script.
const voices = document.querySelectorAll('input[name="voice"]');
try {
  const kept = localStorage.getItem("voice");
  for (const voice of voices) {
    if (voice.value === kept) voice.checked = true;
    voice.addEventListener("change", () => {
      try {
        localStorage.setItem("voice", voice.value);
      } catch {
        // nothing to keep it in
      }
    });
  }
} catch {
  // nothing kept
}
