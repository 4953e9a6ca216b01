// How hard a passphrase is to guess, said honestly: an estimate of the guesses that a patient attacker needs.
import { t } from "./shared.js";

const COMMON = "password passe motdepasse secret azerty qwerty qwertz cozy admin bonjour soleil doudou loulou chouchou iloveyou letmein welcome dragon monkey football princess sunshine master amour marseille maison camille".split(" ");
const ROWS = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "azertyuiop", "qwertyuiop", "qsdfghjklm", "asdfghjkl", "wxcvbn", "zxcvbnm"];

// Bits of surprise: known words and runs count once, repeated characters hardly at all.
export function bits(secret) {
  let text = secret.normalize("NFC");
  let total = 0;
  for (const word of COMMON) {
    const plain = text.toLowerCase().replaceAll("0", "o").replaceAll("1", "i").replaceAll("3", "e").replaceAll("@", "a");
    const at = plain.indexOf(word);
    if (at >= 0) { text = text.slice(0, at) + text.slice(at + word.length); total += 6; }
  }
  text = text.replace(/(?:19|20)\d\d/g, () => { total += 6; return ""; });
  const pool = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].reduce((sum, kind, i) => sum + (kind.test(text) ? [26, 26, 10, 33][i] : 0), 0) || 1;
  const words = text.trim().split(/[\s\-_.]+/).filter((word) => word.length > 2);
  let previous = "";
  const seen = new Set();
  let characters = 0;
  for (const c of text) {
    const pair = (previous + c).toLowerCase();
    const run = ROWS.some((row) => row.includes(pair) || [...row].reverse().join("").includes(pair));
    characters += c === previous || (run && previous) ? 0.8 : seen.has(c) ? 0.8 * Math.log2(pool) : Math.log2(pool);
    seen.add(c);
    previous = c;
  }
  // Several words are guessed word by word, not letter by letter.
  const byWords = words.length > 1 && words.every(isWord) ? words.length * 12.5 : Infinity;
  return total + Math.min(characters, byWords);
}

// Letters as people write them; what a machine made has capitals anywhere.
const isWord = (text) => /^\p{L}+$/u.test(text) && (text.slice(1) === text.slice(1).toLowerCase() || text === text.toUpperCase());

// What to say about a secret that may not be chosen; "" when it may.
export const tooWeak = (secret) => (bits(secret) < 36 ? t("This passphrase is too easy to guess: add words that have nothing to do with each other.") : "");

export function show(input) {
  const meter = document.getElementById(input.dataset.strength);
  const guess = bits(input.value);
  const level = !input.value ? 0 : guess < 36 ? 1 : guess < 50 ? 2 : guess < 65 ? 3 : 4;
  meter.dataset.level = level;
  meter.querySelector("[role=status]").textContent = [
    "",
    t("Weak: a program finds it in seconds. Add words that have nothing to do with each other."),
    t("Fair: it resists a curious person, not a patient program. One more word helps."),
    t("Good: hard to guess."),
    t("Very good: nobody will guess it."),
  ][level];
}
