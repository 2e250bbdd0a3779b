/** What a run leaves for the job that publishes it, made by hand: honest, or with whatever somebody else puts into it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JobWorld } from './ci.ts';

export const CONFIG = 'qa:\n  gates:\n    - name: check\n      run: sh check.sh\n';
export const PLAN = `---
status: ready
---

# Tips

## Work

- [ ] Add the tip

  \`\`\`yaml
  id: tip
  maxBudgetUsd: 2
  \`\`\`

- [ ] Split it

  \`\`\`yaml
  id: split
  \`\`\`
`;
export const FILES = { 'plans/tips.plan.md': PLAN, 'plans.config.yaml': CONFIG, 'check.sh': 'true\n', 'README.md': 'hello\n' };
export const PATH = 'plans/tips.plan.md';
export const STARTED = PLAN.replace('status: ready', 'status: running');
export const DONE = STARTED.replace('- [ ] Add', '- [x] Add');
const PERMISSIONS = { contents: 'write', 'pull-requests': 'write' } as const;

export const startedBy = 'tips: started\n\nPlan: tips\nPlan-Event: started\n';
export const doneBy = (task = 'tip', more = 'Plan-Gates: check=passed') =>
  `tips: Do ${task}\n\nPlan: tips\nPlan-Phase: work\nPlan-Task: ${task}\nPlan-Attempt: 1/3\nPlan-Agent: claude\nPlan-Cost-USD: 0.25\nPlan-Tokens: 1000\n${more}\n`;

export type Make = (it: JobWorld) => void;

/** Commits as a person's git makes them, whatever the message says. */
export function commit({ here }: JobWorld, files: Readonly<Record<string, string>>, message: string): void {
  for (const [path, text] of Object.entries(files)) here.write(path, text);
  here.git('add', '-A', '-f');
  here.git('commit', '--quiet', '--allow-empty', '-m', message);
}

/** What a run would have left, and what else an attacker puts into it; then the job that publishes. */
export async function publish(
  it: JobWorld,
  make: Make,
  { from = 'main', start = from, env }: { from?: string; start?: string; env?: Record<string, string> } = {},
) {
  const { here, temp } = it;
  const id = here.git('rev-parse', start).trim();
  here.git('checkout', '--quiet', '-B', 'plans/tips', from);
  make(it);
  mkdirSync(join(temp, 'plans'), { recursive: true });
  here.git('bundle', 'create', '--quiet', join(temp, 'plans/plan.bundle'), 'refs/heads/plans/tips', `^${id}`);
  here.git('checkout', '--quiet', '--force', 'main');
  here.git('branch', '-D', 'plans/tips');
  return await publishNow(it, id, env);
}

export function publishNow(it: JobWorld, id: string, env: Record<string, string> = {}) {
  return it.job(['ci', 'publish', '--plan', 'tips', '--commit', id], { permissions: PERMISSIONS, env });
}

export const honest: Make = (it) => {
  commit(it, { [PATH]: STARTED }, startedBy);
  commit(it, { [PATH]: DONE, 'src/tip.js': 'export {};\n' }, doneBy());
};
/** An honest run whose task does this too. */
export const withFiles =
  (files: Readonly<Record<string, string>>): Make =>
  (it) => {
    commit(it, { [PATH]: STARTED }, startedBy);
    commit(it, { [PATH]: DONE, ...files }, doneBy());
  };
