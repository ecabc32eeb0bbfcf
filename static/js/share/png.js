/** Words inside a PNG file: uncompressed international text chunks before its end. */

import { Fault } from "../lib/fault.js";

const SIGNATURE = 8;
const LENGTH_TYPE_CRC = 12;
const END_CHUNK = 12;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** @param {string} keyword @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function textChunk(keyword, text) {
  const content = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(LENGTH_TYPE_CRC + content.length - 4);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(chunk.length - 4, crc32(content));
  return chunk;
}

/**
 * @param {Uint8Array} png
 * @param {Record<string, string>} texts by keyword: Title, Description, Source
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function withTexts(png, texts) {
  if (png.length < SIGNATURE + END_CHUNK || png[1] !== 0x50) throw new Fault("no_png");
  const chunks = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  const end = png.length - END_CHUNK;
  const parts = [png.subarray(0, end), ...chunks, png.subarray(end)];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
