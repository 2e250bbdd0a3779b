/** Which plans are executed, as the repository says it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jobWorld, type JobWorld } from './ci.ts';

const plan = (status: string, done = ' ') => `---\nstatus: ${status}\n---\n\n# Tips\n\n## Work\n\n- [${done}] One\n- [ ] Two\n`;
const PATH = 'plans/tips.plan.md';

const reconcile = (it: JobWorld, ...more: string[]) =>
  it.job(['ci', 'reconcile', ...more], { event: 'schedule', env: { GITHUB_OUTPUT: join(it.temp, 'output') } });
/** What goes to the matrix: `plan@commit` for each. */
async function matrix(it: JobWorld, ...more: string[]): Promise<readonly string[]> {
  const { plans } = JSON.parse((await reconcile(it, '--json', ...more)).out) as { plans: { plan: string; commit: string | null }[] };
  return plans.flatMap(({ plan: name, commit }) => (commit === null ? [] : [`${name}@${nameOf(it, commit)}`]));
}
const nameOf = ({ here }: JobWorld, commit: string) =>
  here.git('name-rev', '--name-only', '--refs=refs/remotes/origin/*', commit).trim().replace('origin/', '').replace('remotes/', '');

/** Commits to a branch that begins at `from`, and pushes it. */
function push({ here }: JobWorld, branch: string, from: string, text: string, message: string): void {
  here.git('checkout', '--quiet', '-B', 'work', from);
  here.write(PATH, text);
  here.git('add', '-A');
  here.git('commit', '--quiet', '--allow-empty', '-m', message);
  here.git('push', '--quiet', '--force', 'origin', `work:${branch}`);
  here.git('fetch', '--quiet', 'origin');
  here.git('checkout', '--quiet', '--force', 'main');
}

it('gives a list for a matrix, and says what the others wait for', async () => {
  await using it = await jobWorld({
    'plans/a.plan.md': plan('ready'),
    'plans/b.plan.md': plan('paused'),
    'plans/c.plan.md': plan('draft'),
    'plans/::error::.plan.md': plan('ready'),
  });
  const { code, out } = await reconcile(it);
  const head = it.here.git('rev-parse', 'origin/main').trim();
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^plan '?::error::'?: It/),
    `plan a: it is executed from ${head.slice(0, 12)}`,
    'plan b: It is paused, and waits for a person.',
    '',
  ]);
  expect(readFileSync(join(it.temp, 'output'), 'utf8')).toContain(`\n[{"plan":"a","commit":"${head}"}]\n`);
  expect(await matrix(it, '--plan', 'b')).toEqual(['b@main']);
});

const limited = (at: string) =>
  `tips: paused: rate limited\n\nPlan: tips\nPlan-Event: paused\nPlan-Reason: rate_limited\nPlan-Resets-At: ${at}\n`;

it('goes on from a branch once its rate limit has reset, and not before', async () => {
  await using it = await jobWorld({ [PATH]: plan('ready') });
  push(it, 'plans/tips', 'origin/main', plan('paused', 'x'), limited('2999-01-01T00:00:00Z'));
  expect(await matrix(it)).toEqual([]);
  push(it, 'plans/tips', 'origin/plans/tips', plan('paused', 'x'), limited('2020-01-01T00:00:00Z'));
  // The newest word on the plan counts, and that commit changes nothing of it.
  expect(await matrix(it)).toEqual([]);
  push(it, 'plans/tips', 'origin/plans/tips', `${plan('paused', 'x')}\n`, limited('2020-01-01T00:00:00Z'));
  expect(await matrix(it)).toEqual(['tips@plans/tips']);
});

it('begins on the base again once a branch is merged, however that was done', async () => {
  await using it = await jobWorld({ [PATH]: plan('ready') });
  const more = `${plan('ready', 'x')}- [ ] Three\n`;
  push(it, 'plans/tips', 'origin/main', plan('completed', 'x'), 'tips: Do one\n\nPlan: tips\nPlan-Task: one\n');
  expect(await matrix(it)).toEqual([]);
  // Squashed: the base has what the branch has, in a commit of its own.
  push(it, 'main', 'origin/main', more, 'Tips (#1)');
  expect(await matrix(it)).toEqual(['tips@main']);
  // Merged as it is.
  push(it, 'plans/tips', 'origin/main', more, 'nothing more');
  push(it, 'main', 'origin/plans/tips', `${more}- [ ] Four\n`, 'Four');
  expect(await matrix(it)).toEqual(['tips@main']);
});

it('waits where the base has changed beside a branch with work on it', async () => {
  await using it = await jobWorld({ [PATH]: plan('ready') });
  push(it, 'plans/tips', 'origin/main', plan('ready', 'x'), 'tips: Do one\n\nPlan: tips\nPlan-Task: one\n');
  expect(await matrix(it)).toEqual(['tips@plans/tips']);
  push(it, 'main', 'origin/main', `${plan('ready')}- [ ] Three\n`, 'Three');
  expect((await reconcile(it)).out).toContain('It has changed since the branch plans/tips began.');
});

it('says what is missing', async () => {
  await using it = await jobWorld({ [PATH]: plan('ready'), 'plans.config.ts': 'export default {};\n' });
  const summary = join(it.temp, 'summary.md');
  const { err, out } = await it.job(['ci', 'reconcile'], { env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary } });
  expect(err).toContain('The config is code (plans.config.ts)');
  // Where people look: on the page of the run.
  expect(out).toMatch(/^::error::The config is code \(plans\.config\.ts\).*\n$/);
  expect(readFileSync(summary, 'utf8')).toContain('The config is code');
  it.here.git('remote', 'set-url', 'origin', join(it.temp, 'gone'));
  expect((await reconcile(it)).err).toContain('and of the plans could not be fetched');
});
