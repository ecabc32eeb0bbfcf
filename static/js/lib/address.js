/** Addresses of the server, relative to where the page is served: it may stand below a prefix. */

/** @param {string} path without a slash in front */
export function addressOf(path, base = document.baseURI) {
  return new URL(path, base).href;
}

/** The same for a WebSocket. @param {string} path */
export function socketAddressOf(path, base = document.baseURI) {
  const address = new URL(path, base);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.hash = "";
  address.search = "";
  return address.href;
}
