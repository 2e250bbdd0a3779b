/** Words of a command line that a person copies. */

const PLAIN = /^[\p{L}\p{M}\p{N}_./:@%+,-]+$/u;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text as one word of a shell, as it is where nothing in it means anything there; what cannot be seen is spelled out. */
export function shellWord(text: string): string {
  if (PLAIN.test(text) && !text.startsWith('-')) return text;
  if (text.search(HIDDEN) < 0) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const spelled = text.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll(HIDDEN, spell);
  return `$'${spelled}'`;
}

function spell(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return String.raw`\n`;
  if (character === '\t') return String.raw`\t`;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x1_00_00 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
