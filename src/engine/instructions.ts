/** What a project tells every agent that works on it: `AGENTS.md` and `CLAUDE.md` in the root, as they are committed. */
import type { Git } from '../adapters/git/git.ts';

const FILES = ['AGENTS.md', 'CLAUDE.md'] as const;
/** Bytes of one of them that are read at most. */
const MAX_BYTES = 256 * 1024;

export interface Instructions {
  readonly path: string;
  readonly text: string;
}

/** The project's instructions in a commit. A file that only leads to another one (a link, an `@AGENTS.md`), or repeats it, is left out. */
export async function projectInstructions(git: Pick<Git, 'readFile'>, commit: string): Promise<readonly Instructions[]> {
  const found: Instructions[] = [];
  for (const path of FILES) {
    const bytes = await git.readFile(commit, path);
    if (bytes === null) continue;
    const text = new TextDecoder().decode(bytes.subarray(0, MAX_BYTES)).trim();
    const leadsElsewhere = FILES.some((other) => text === other || text === `@${other}`);
    if (text !== '' && !leadsElsewhere && found.every((other) => other.text !== text)) found.push({ path, text });
  }
  return found;
}
