// @ts-check
// Single keys, and when not to take them: while something is typed or composed, with modifiers, or over a dialog.

const TYPING = "input:not([type=radio], [type=checkbox], [type=button]), textarea, select, [contenteditable]";
const ARROWS = "input, [tabindex='0'], audio, video"; // have their own use for arrows

/**
 * @param {Record<string, (event: KeyboardEvent) => void>} actions by key, as `KeyboardEvent.key` names it
 * @param {() => boolean} on whether the reader wants single keys at all (WCAG 2.2, 2.1.4)
 */
export function listen(actions, on) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph")) return;
    const { target } = event;
    if (!(target instanceof Element) || target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    const arrow = event.key.startsWith("Arrow");
    if (arrow && (event.shiftKey || target.closest(ARROWS))) return;
    const letter = event.key.length === 1 && event.key.toLowerCase() !== event.key.toUpperCase();
    if (letter && event.shiftKey) return;
    const name = letter ? event.key.toLowerCase() : event.key; // caps lock is no modifier
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action || (!arrow && !on()) || (event.repeat && name !== "j" && name !== "k")) return;
    event.preventDefault();
    action(event);
  });
}
