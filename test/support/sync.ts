/** A repository with plans, as sync sees it. */
import { join } from 'node:path';
import { openGit } from '../../src/adapters/git/open.ts';
import { openStore, type Store } from '../../src/adapters/store/store.ts';
import type { SyncContext } from '../../src/engine/sync.ts';

export interface TestContext extends SyncContext, AsyncDisposable {
  readonly stateFile: string;
}

export async function openContext(root: string, names: { gates?: string[]; agents?: string[] } = {}): Promise<TestContext> {
  const git = await openGit(root);
  const stateFile = join(root, '.plans/state.db');
  let store: Store | null = null;
  return {
    root,
    git,
    plansFolder: join(root, 'plans'),
    stateFile,
    known: { gates: new Set(names.gates), agents: new Set(names.agents) },
    store: () => (store ??= openStore(stateFile)),
    async [Symbol.asyncDispose]() {
      store?.close();
      await git.close();
    },
  };
}

/** A plan of one phase `work` with these tasks; a title that begins with `x ` is ticked. */
export function planText(title: string, tasks: readonly string[], status = 'ready'): string {
  const items = tasks.map((task) => (task.startsWith('x ') ? `- [x] ${task.slice(2)}\n` : `- [ ] ${task}\n`));
  return `---\nstatus: ${status}\n---\n\n# ${title}\n\n## Work\n\n${items.join('')}`;
}
