/** The theme: the system's, unless the reader chose one. */

import { inBrowser } from "../lib/storage.js";
import { resolveTheme } from "./colour.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("../run/state.js").Theme} Theme */

const THEME_KEY = "unroll-theme";

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
