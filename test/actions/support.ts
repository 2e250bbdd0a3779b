/** A repository on the scripted GitHub with the shipped workflows, and plans whose tasks are commands. */
import { join } from 'node:path';
import type { GitHubServer } from '../support/github-server.ts';
import type { RigOptions } from '../support/actions/rig.ts';

const ROOT = join(import.meta.dirname, '../..');
/** A shipped workflow by its file name. */
export const workflow = (name: string): string => join(ROOT, 'plans-example/.github/workflows', name);

/** Our own action, executed from here; keys as a repository has them. */
export function options(server: GitHubServer, more: Partial<RigOptions> = {}): RigOptions {
  return { server, own: { matches: (uses) => uses === 'gitplans/plans', folder: ROOT }, ...more };
}

/** A plan whose tasks are `[id, command]`; further lines of frontmatter behind. */
export function plan(tasks: readonly (readonly [id: string, run: string, ...fields: string[]])[], status = 'ready', phase = ''): string {
  const items = tasks.map(
    ([id, run, ...fields]) =>
      `- [ ] Do ${id}\n\n  \`\`\`yaml\n${[`id: ${id}`, `run: ${JSON.stringify(run)}`, ...fields].map((line) => `  ${line}\n`).join('')}  \`\`\`\n`,
  );
  return `---\nstatus: ${status}\n---\n\n# Tips\n\n## Work\n\n${phase === '' ? '' : `\`\`\`yaml\n${phase}\n\`\`\`\n\n`}${items.join('\n')}`;
}

export const CONFIG = `qa:\n  gates:\n    - name: check\n      run: test ! -e broken\n`;
