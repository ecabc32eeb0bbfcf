/** Keys that work everywhere but in a text field. */

/** @typedef {Record<string, () => void>} Keys a handler by `KeyboardEvent.key` */

/**
 * @param {Document} page
 * @param {Keys} keys
 */
export function listenToKeys(page, keys) {
  page.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (belongsTo(/** @type {Element} */ (event.target), event.key)) return;
    const handle = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!handle) return;
    event.preventDefault();
    handle();
  });
}

const OF_A_BUTTON = [" ", "Enter"];
const OF_A_CHOICE = [" ", "Enter", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"];

/**
 * Whether the focused control needs the key itself.
 * @param {Element} target @param {string} key
 */
function belongsTo(target, key) {
  if (key === "Escape" && target.ownerDocument.querySelector(":popover-open")) return true;
  if (target.matches("input:not([type=range]):not([type=radio]), textarea, [contenteditable]")) return true;
  if (target.matches("select")) return key !== "Escape";
  if (target.matches("input, [role=tab]")) return OF_A_CHOICE.includes(key);
  if (target.matches("button, a, summary")) return OF_A_BUTTON.includes(key);
  return false;
}
