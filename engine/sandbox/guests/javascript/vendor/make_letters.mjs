// Writes letters.json: what stands in plain letters for others, read from the npm package transliteration.
//   npm install transliteration && node make_letters.mjs > letters.json
// Only what is not found by taking the marks off a letter is written; see prelude/44_strings.js for the reader.
import { transliterate } from "transliteration";

const RANGES = [
  [0x00a0, 0x052f], // Latin, Greek, Cyrillic
  [0x0590, 0x06ff], // Hebrew, Arabic
  [0x1e00, 0x1fff],
  [0x2000, 0x214f], // marks, currencies, signs
  [0x2190, 0x2199],
  [0x3000, 0x30ff], // kana
  [0xff00, 0xffef],
];
const bare = (letter) => letter.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\x00-\x7f]/g, "");

const found = {};
for (const [first, last] of RANGES) {
  for (let code = first; code <= last; code += 1) {
    const letter = String.fromCodePoint(code);
    const plain = transliterate(letter, { unknown: "\u0001" });
    if (plain !== "\u0001" && plain !== bare(letter)) found[letter] = plain;
  }
}
process.stdout.write(`${JSON.stringify(found, null, 0)}\n`);
