/** Small helpers to build and change the document without HTML strings; text from elsewhere is only ever text. */

import { Fault } from "./fault.js";

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Fault("no_element", { id });
  return found;
}

/** @typedef {Node | string} Child */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | boolean>} [attributes] true sets an empty attribute, false none
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  setAttributes(node, attributes);
  node.append(...children);
  return node;
}

const MATHML = "http://www.w3.org/1998/Math/MathML";
const SVG = "http://www.w3.org/2000/svg";

/**
 * A MathML element: math("mi", "x"), math("msub", math("mi", "x"), math("mi", "t")).
 * @param {string} tag
 * @param {...(Child | Record<string, string>)} parts children, and attributes as a plain object
 * @returns {Element}
 */
export function math(tag, ...parts) {
  return foreign(MATHML, tag, parts);
}

/**
 * @param {string} tag
 * @param {...(Child | Record<string, string>)} parts
 * @returns {Element}
 */
export function svg(tag, ...parts) {
  return foreign(SVG, tag, parts);
}

/** @param {string} namespace @param {string} tag @param {(Child | Record<string, string>)[]} parts */
function foreign(namespace, tag, parts) {
  const node = document.createElementNS(namespace, tag);
  for (const part of parts) {
    if (typeof part === "string" || part instanceof Node) node.append(part);
    else setAttributes(node, part);
  }
  return node;
}

/** @param {Element} node @param {Record<string, string | boolean>} attributes */
function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
}

/**
 * Changes the text only where it differs: cheap to call on every frame.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The same for an attribute: one that is set again makes the browser lay the page out again. @param {Element} node @param {string} name @param {string} value */
export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

const SYMBOL =
  /(∂E\/∂|∂|d)?([A-Za-zρσ])_(?:\{([^}]+)\}|([A-Za-z0-9…+−]+)(?:_l(\d))?(_reverse)?)|\be\^(−?\d+(?:\.\d+)?)/g;

/**
 * A sentence with symbols such as h_1, h_{t-1}, E_24, dW_hh and ∂E/∂h_3: the letter in italics, the rest as a subscript;
 * and with powers such as e^−2.5. What a name says of its layer and direction, W_hh_l2_reverse, stands there too: hh, 2 ←.
 * @param {Element} node
 * @param {string} sentence
 */
export function setSentence(node, sentence) {
  const holder = /** @type {HTMLElement} */ (node);
  if (holder.dataset.sentence === sentence) return;
  holder.dataset.sentence = sentence;
  holder.replaceChildren(...typeset(sentence));
}

/** @param {string} sentence @returns {Child[]} */
export function typeset(sentence) {
  /** @type {Child[]} */
  const parts = [];
  let end = 0;
  for (const match of sentence.matchAll(SYMBOL)) {
    const [symbol, prefix = "", letter, braced, plain, layer, reverse, power] = match;
    const place = `${layer ? `, ${layer}` : ""}${reverse ? " ←" : ""}`;
    parts.push(sentence.slice(end, match.index));
    if (power !== undefined) parts.push("e", element("sup", {}, power));
    else parts.push(element("i", {}, prefix + letter), element("sub", {}, (braced ?? plain).replace("-", "−") + place));
    end = match.index + symbol.length;
  }
  parts.push(sentence.slice(end));
  return parts;
}
