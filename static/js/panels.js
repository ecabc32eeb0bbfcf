/** The sheet of all controls on small screens, and the theme: what is shown, not what it shows. */

import { resolveTheme } from "./colour.js";
import { byId } from "./dom.js";
import { inBrowser } from "./storage.js";

/** @typedef {import("./session.js").PageStore} PageStore */
/** @typedef {import("./state.js").Theme} Theme */

const THEME_KEY = "unroll-theme";

/** On small screens all controls come as a sheet over the lower half. */
export function createSheet() {
  const button = byId("all-controls");
  const controls = byId("controls");
  const open = (/** @type {boolean} */ isOpen) => {
    controls.dataset.open = String(isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = isOpen ? "Close" : "All controls";
  };
  button.addEventListener("click", () => open(controls.dataset.open !== "true"));
  controls.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || controls.dataset.open !== "true") return;
    open(false);
    button.focus();
  });
}

/** The system's preference, unless the reader chose; the choice stays in this browser. @param {PageStore} store */
export function createTheme(store) {
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const choose = (/** @type {Theme} */ theme) => {
    document.documentElement.dataset.theme = theme;
    store.dispatch({ type: "theme", theme, dark: resolveTheme(theme, prefersDark.matches) === "dark" });
  };
  choose(remembered());
  prefersDark.addEventListener("change", () => choose(store.get().theme));
  return {
    toggle() {
      const dark = !store.get().dark;
      const theme = dark === prefersDark.matches ? "auto" : dark ? "dark" : "light";
      inBrowser.setItem(THEME_KEY, theme);
      choose(theme);
    },
  };
}

/** @returns {Theme} */
function remembered() {
  const theme = inBrowser.getItem(THEME_KEY);
  return theme === "light" || theme === "dark" ? theme : "auto";
}
