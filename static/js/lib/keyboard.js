/**
 * Keys that work everywhere but in a text field. Those that type a character can be switched off: who speaks to the page, or
 * strikes keys by accident, would else set off what they stand for.
 */

/** @typedef {Record<string, () => void>} Keys a handler by `KeyboardEvent.key` */

/** On a button that has started something that plays: Space then plays and pauses that, as everywhere; Enter presses it. */
export const SPACE_PLAYS = "data-space-plays";

const CHOICE_KEY = "unroll-keys";
const OFF = "off";

/** What a place on the keyboard types where letters are Latin. @type {Record<string, string>} */
const BY_PLACE = { Slash: "/", Comma: ",", Period: ".", Minus: "-", Equal: "=" };

/**
 * @param {Document} page
 * @param {Keys} keys
 * @param {import("./storage.js").KeyStore} storage where the choice is kept
 * @returns {{areOn: () => boolean, setOn: (on: boolean) => void}} of the keys that type a character
 */
export function listenToKeys(page, keys, storage) {
  let on = storage.getItem(CHOICE_KEY) !== OFF;
  /** The button that was clicked last: it has the focus, but who clicked it did not go there with the keyboard. @type {Element | null} */
  let clicked = null;
  /** Whether the release of Space would click a button, too. */
  let spaceTaken = false;

  page.addEventListener(
    "pointerdown",
    (event) => {
      clicked = /** @type {Element} */ (event.target).closest("button, a, summary");
    },
    { capture: true },
  );
  page.addEventListener("keydown", (event) => {
    if (event.key === "Tab") clicked = null;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const wasClicked = event.key === " " && clicked !== null && clicked === target;
    if (!wasClicked && belongsTo(target, event.key)) return;
    const name = keyOf(event);
    const handle = keys[name];
    if (!handle || (!on && name.length === 1 && name !== " ")) return;
    event.preventDefault();
    spaceTaken = name === " ";
    handle();
  });
  page.addEventListener("keyup", (event) => {
    if (event.key !== " " || !spaceTaken) return;
    spaceTaken = false;
    event.preventDefault();
  });

  return {
    areOn: () => on,
    setOn(wanted) {
      on = wanted;
      storage.setItem(CHOICE_KEY, on ? "on" : OFF);
    },
  };
}

/**
 * The key's name; where it types no Latin letter, that of the key in the same place.
 * @param {Pick<KeyboardEvent, "key" | "code">} event
 */
export function keyOf({ key, code }) {
  if (key.length !== 1) return key;
  if (key <= "\u007f") return key.toLowerCase();
  const [, place] = /^(?:Key|Digit)(.)$/.exec(code) ?? [];
  return place?.toLowerCase() ?? BY_PLACE[code] ?? key;
}

const OF_A_BUTTON = [" ", "Enter"];
const OF_A_SLIDER = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"];
const OF_A_CHOICE = [" ", "Enter", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"];

/**
 * Whether the focused control needs the key itself.
 * @param {Element} target @param {string} key
 */
function belongsTo(target, key) {
  if (key === "Escape" && target.ownerDocument.querySelector(":popover-open")) return true;
  if (target.matches("input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea, [contenteditable]")) {
    return true;
  }
  if (target.matches("select")) return key !== "Escape";
  if (target.matches("input[type=range]")) return OF_A_SLIDER.includes(key);
  if (target.matches("input, [role=tab]")) return OF_A_CHOICE.includes(key);
  if (key === " " && target.matches(`[${SPACE_PLAYS}]`)) return false;
  if (target.matches("button, a, summary")) return OF_A_BUTTON.includes(key);
  return false;
}
