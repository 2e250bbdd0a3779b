/** Two wordings of one text, word by word. */
import { align, type Piece } from './alignment.ts';

export interface WordRun {
  readonly type: 'same' | 'gone' | 'new';
  readonly text: string;
}

/** Less in common than this (share of the shorter text) is another text: interleaved it could not be read. */
const COMMON_MIN = 0.3;

/** A word, a character of a script that does not part its words, blank space, or any other single character. */
const TOKEN =
  /\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[[\p{L}\p{M}\p{N}_]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]]+|[^]/gv;

/** Both texts as runs of words; blank space that differs alone counts as the same, as it does to a reader of the page. */
export function wordDiff(before: string, after: string): readonly WordRun[] {
  const [old, now] = [tokensOf(before), tokensOf(after)];
  const pieces = joined(align(old.map(keyOf), now.map(keyOf)), now);
  const common = pieces.filter(({ same }) => same).reduce((sum, piece) => sum + lettersIn(now.slice(...piece.after)), 0);
  if (common < COMMON_MIN * Math.min(lettersIn(old), lettersIn(now)))
    return runs([
      ['gone', before],
      ['new', after],
    ]);
  return runs(
    pieces.flatMap((piece): [WordRun['type'], string][] => {
      const text = now.slice(...piece.after).join('');
      return piece.same
        ? [['same', text]]
        : [
            ['gone', old.slice(...piece.before).join('')],
            ['new', text],
          ];
    }),
  );
}

/** Words that stay, further than `around` from any that change, as `…`: for texts of which little has changed. */
export function excerptOf(words: readonly WordRun[], around: number): readonly WordRun[] {
  return words.map((run, index) => {
    if (run.type !== 'same') return run;
    const tokens = run.text.match(/\s*\S+(?:\s+$)?|^\s+$/g) ?? [];
    const head = index === 0 ? 0 : around;
    const tail = index === words.length - 1 ? 0 : around;
    if (tokens.length <= head + tail + 1) return run;
    const end = tail === 0 ? '' : tokens.slice(-tail).join('');
    return { type: 'same', text: `${tokens.slice(0, head).join('')}${head === 0 ? '' : ' '}…${end}` };
  });
}

const tokensOf = (text: string): readonly string[] => text.match(TOKEN) ?? [];

function keyOf(token: string): string {
  if (/\S/.test(token)) return token;
  return /\n\s*\n/.test(token) ? '\n\n' : ' ';
}

/** What stays between two changes and is no word belongs to them. */
function joined(pieces: readonly Piece[], now: readonly string[]): readonly Piece[] {
  const list: Piece[] = [];
  for (const [index, piece] of pieces.entries()) {
    const last = list.at(-1);
    const slight = piece.same && index > 0 && index < pieces.length - 1 && lettersIn(now.slice(...piece.after)) === 0;
    if (last !== undefined && !last.same && (slight || !piece.same))
      list[list.length - 1] = { same: false, before: [last.before[0], piece.before[1]], after: [last.after[0], piece.after[1]] };
    else list.push(piece);
  }
  return list;
}

function lettersIn(tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + (/[\p{L}\p{N}]/u.test(token) ? token.length : 0), 0);
}

function runs(list: readonly (readonly [WordRun['type'], string])[]): readonly WordRun[] {
  return list.filter(([, text]) => text !== '').map(([type, text]) => ({ type, text }));
}
