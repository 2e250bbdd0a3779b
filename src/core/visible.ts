/** Text that others wrote, with what cannot be seen in it made visible. */

/** Control and format characters, but for line ends, tabs and the joiners that words and emoji are made with. */
const HIDDEN = /(?![\n\t\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Escape sequences, marks that turn the direction of text, invisible characters: each as `⟨U+202E⟩`, so that a reviewer sees that it is there. */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(HIDDEN, (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}
