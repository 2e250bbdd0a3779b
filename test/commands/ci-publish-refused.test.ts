/** What GitHub does not let be published: it is told, it is not lost where it can be kept, and it is not executed a second time. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jobWorld, type JobWorld } from './ci.ts';
import { CONFIG, commit, DONE, doneBy, FILES, honest, PATH, publish, publishNow } from './ci-bundle.ts';

it('where no pull request may be opened, the work is pushed all the same, and the job that failed can be run again', async () => {
  await using it = await jobWorld(FILES);
  it.server.state.allowsPullRequests = false;
  const start = it.here.git('rev-parse', 'main').trim();
  const summary = join(it.temp, 'summary.md');
  const { code, err } = await publish(it, honest, { env: { GITHUB_STEP_SUMMARY: summary } });
  expect(code).toBe(2);
  expect(err).toContain('The branch plans/tips is pushed, and has no pull request yet. GitHub did not let the token open a pull request');
  expect(readFileSync(summary, 'utf8')).toContain(`<${it.server.url}/octo/demo/compare/main...plans/tips?expand=1>`);
  const pushed = it.server.state.branch('plans/tips');
  it.server.state.allowsPullRequests = true;
  expect((await publishNow(it, start)).code).toBe(0);
  expect(it.server.state.branch('plans/tips')).toBe(pushed);
  expect(it.server.state.pulls).toHaveLength(1);
});

it('looks again where somebody else was quicker', async () => {
  await using it = await jobWorld(FILES);
  // The server takes another's note of an execution after it has said what it has, and before it is pushed to.
  const other = it.server.git('rev-parse', 'main').trim();
  const hook = join(it.server.bare, 'hooks/pre-receive');
  const once = `test -e "$PWD/raced" && exit 0; touch "$PWD/raced"; env -u GIT_QUARANTINE_PATH git update-ref refs/plans/executed/tips ${other}`;
  writeFileSync(hook, `#!/bin/sh\n${once}\n`);
  chmodSync(hook, 0o755);
  expect(await publish(it, honest)).toMatchObject({ code: 0, err: '' });
  expect(existsSync(join(it.server.bare, 'raced'))).toBe(true);
  expect(it.server.state.pulls).toHaveLength(1);
});

/** Has the server refuse pushes to a ref, as a rule of the repository does. */
function protect({ server }: JobWorld, ref: string): void {
  const hook = join(server.bare, 'hooks/update');
  writeFileSync(hook, `#!/bin/sh\ncase "$1" in ${ref}) echo "error: GH013: Repository rule violations found for $1." >&2; exit 1;; esac\n`);
  chmodSync(hook, 0o755);
}

it('opens a pull request where a rule protects the branch that it was to push to', async () => {
  await using it = await jobWorld({ ...FILES, 'plans.config.yaml': `${CONFIG}ci: { publish: push }\n` });
  protect(it, 'refs/heads/main');
  const completed = DONE.replace('- [ ] Split', '- [x] Split').replace('running', 'completed');
  const { code, out } = await publish(it, (world) => {
    honest(world);
    commit(world, { [PATH]: completed, 'b.txt': 'b' }, doneBy('split'));
  });
  expect([code, out]).toEqual([0, expect.stringMatching(/^tips: completed, at .* \(The base branch did not take it: .*GH013/)]);
  expect(it.server.state.pulls).toMatchObject([{ head: 'plans/tips', base: 'main' }]);
});

it.each<readonly [string, (it: JobWorld) => Promise<{ err: string }>, string]>([
  ['a rule refuses its branch', (it) => (protect(it, 'refs/heads/plans/*'), publish(it, honest)), 'has to let the token push plans/tips'],
  [
    'its bundle is none',
    (it) => {
      mkdirSync(join(it.temp, 'plans'), { recursive: true });
      writeFileSync(join(it.temp, 'plans/plan.bundle'), 'no bundle');
      return publishNow(it, it.here.git('rev-parse', 'main').trim());
    },
    'The bundle cannot be read',
  ],
])('is executed no second time where %s', async (_, make, text) => {
  await using it = await jobWorld(FILES);
  expect((await make(it)).err).toContain(text);
  expect(it.server.state.branch('plans/tips')).toBeNull();
  expect((await it.job(['ci', 'reconcile'])).out).toContain('It was executed as it stands.');
});
