/** Bytes as text inside a page: 13 bits in two of 91 characters, none of which means anything to HTML. Pure. */

const BITS = 13;
const ALPHABET = Array.from({ length: 0x7f - 0x21 }, (_, index) => index + 0x21).filter(
  (code) => !'"<\\'.includes(String.fromCharCode(code)),
);
const SIZE = ALPHABET.length;

/** @param {Uint8Array} bytes */
export function toText(bytes) {
  const text = new Uint8Array(2 * Math.ceil((bytes.length * 8) / BITS));
  let waiting = 0;
  let bits = 0;
  let at = 0;
  const put = () => {
    const number = waiting & (2 ** BITS - 1);
    text[at] = ALPHABET[Math.floor(number / SIZE)];
    text[at + 1] = ALPHABET[number % SIZE];
    at += 2;
  };
  for (const byte of bytes) {
    waiting |= byte << bits;
    bits += 8;
    if (bits < BITS) continue;
    put();
    waiting >>>= BITS;
    bits -= BITS;
  }
  if (at < text.length) put();
  return new TextDecoder("latin1").decode(text);
}

/** @param {string} text @param {number} length of what it stands for, in bytes */
export function fromText(text, length) {
  const values = new Uint8Array(128);
  for (const [value, code] of ALPHABET.entries()) values[code] = value;
  const bytes = new Uint8Array(length);
  let waiting = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index + 1 < text.length && at < length; index += 2) {
    waiting |= (values[text.charCodeAt(index)] * SIZE + values[text.charCodeAt(index + 1)]) << bits;
    for (bits += BITS; bits >= 8 && at < length; bits -= 8) {
      bytes[at] = waiting & 255;
      at += 1;
      waiting >>>= 8;
    }
  }
  return bytes;
}
