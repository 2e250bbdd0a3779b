/** Merges that nobody has finished. */
import type { Finding } from './rules.ts';

/** The marks of a merge conflict. `=======` alone underlines a heading, so only those are looked for that nothing else uses. */
export function conflictFindings(text: string): readonly Finding[] {
  return [...text.matchAll(/(?<=^|[\r\n])(?:<{7}|>{7}|\|{7}) [^\r\n]*/g)].map((match): Finding => {
    const message = `"${match[0].slice(0, 40)}" is the mark of a merge conflict. Resolve the conflict and remove its marks.`;
    return { rule: 'conflict-marker', message, span: { offset: match.index, length: match[0].length } };
  });
}
