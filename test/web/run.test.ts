import { describe, expect, it } from 'vitest';
import type { Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { browserOver, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';

/** A command that goes on once the test has written a file, or has ended. */
const waitFor = (file: string): string => `while [ -d ROOT ] && [ ! -e ROOT/.git/${file} ]; do sleep 0.02; done`;
const plan = (title: string, phases: string): string => `---\nstatus: ready\n---\n\n# ${title}\n\n${phases}`;
const mode = (yaml: string): string => `\`\`\`yaml\n${yaml}\n\`\`\`\n\n`;

const WHOLE = plan(
  'Whole',
  [
    `## First\n\n${mode('pauseAfter: true')}${task('one', `echo '<b>first</b>' && ${waitFor('go')} && echo 1 > one.txt`)}`,
    `## Second\n\n${mode('executionMode: parallel')}${task('left', `${waitFor('both')} && echo l > left.txt`)}${task('right', `${waitFor('both')} && echo r > right.txt`)}`,
    `## Third\n\n${mode('executionMode: manual')}${task('last', 'echo done > last.txt')}`,
  ].join(''),
);
const ASKED = plan('Asked', `## Only\n\n${task('long', `${waitFor('on')} && echo l > long.txt`)}${task('next', 'echo n > next.txt')}`);
const SHORT = plan('Short', `## Only\n\n${task('one', 'echo 1 > one.txt')}`);

describe.skipIf(!hasBrowser)('the page of an execution', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    (root) => ({
      'plans/whole.plan.md': WHOLE.replaceAll('ROOT', root),
      'plans/asked.plan.md': ASKED.replaceAll('ROOT', root),
      'plans/short.plan.md': SHORT,
    }),
    (given) => ({ repository, serving } = given),
  );

  it('follows a plan from its start over a pause, parallel tasks, a killed server and an approval to its end', async () => {
    const page = await browser.open(`${serving.url}/`);
    const status = (of: string) => page.locator('.plan-head .badge', { hasText: of });
    await page.locator('[data-plan="whole"] [data-action]').click();
    await page.locator('[data-panel="one"] .log', { hasText: 'first' }).waitFor();
    await status('Running').waitFor();
    await expectSound(browser, page);

    await repository.write({ '.git/go': 'go' });
    await page.getByRole('region', { name: 'Paused' }).getByText('one.txt').waitFor();
    await expectSound(browser, page);
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.locator('[data-panel="left"]').waitFor();
    await page.locator('[data-panel="right"]').waitFor();
    await serving.kill();
    await page.locator('.connection.is-lost').waitFor();
    await repository.write({ '.git/both': 'go' });
    await serving.start();
    await page.getByRole('region', { name: 'A task waits for approval' }).waitFor();
    await page.locator('[data-step="left"][data-status="completed"]').waitFor();
    await page.getByRole('button', { name: 'Execute task' }).click();

    await page.getByRole('region', { name: 'Completed' }).waitFor();
    await page.getByRole('link', { name: 'View changes' }).click();
    await page.locator('.patch-file', { hasText: 'last.txt' }).getByText('done', { exact: true }).waitFor();
    // Of all runs, of which each pause has ended one; and of the last alone.
    await page.locator('.patch-file summary', { hasText: 'one.txt' }).waitFor();
    await expectSound(browser, page);
    await page.getByRole('link', { name: 'This run' }).click();
    await page.locator('.patch-file summary', { hasText: 'one.txt' }).waitFor({ state: 'detached' });
    await page.locator('.patch-file summary', { hasText: 'last.txt' }).waitFor();
    await page.getByRole('link', { name: 'Do one' }).click();
    await page.getByText('Changes of').click();
    await page.locator('.patch-file', { hasText: 'one.txt' }).waitFor();
    await status('Completed').waitFor();
    expect(await repository.read('last.txt')).toBe('done\n');
    expect(await repository.read('plans/whole.plan.md')).toMatch(/status: completed/);
    await expectSound(browser, page);
  }, 120_000);

  it('pauses where it is asked to, once what runs is done, and not where that is taken back', async () => {
    const page = await browser.open(`${serving.url}/plans/asked/run`, PHONE);
    const willPause = page.locator('.run-facts .badge', { hasText: 'Pauses once' });
    await page.getByRole('button', { name: 'Execute' }).tap();
    await page.locator('[data-step="long"][data-status="running"]').waitFor();
    await page.getByRole('button', { name: 'Pause' }).tap();
    await willPause.waitFor();
    await page.getByRole('button', { name: 'Resume' }).tap();
    await willPause.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Pause' }).tap();
    await willPause.waitFor();
    await expectSound(browser, page);
    await repository.write({ '.git/on': 'go' });
    await page.getByRole('region', { name: 'Paused' }).getByText('long.txt').waitFor();
    expect(await page.locator('.plan-head [data-action]').count()).toBe(0);
    await page.getByRole('button', { name: 'Continue' }).tap();
    await page.getByRole('region', { name: 'Completed' }).waitFor();
    expect(await repository.read('next.txt')).toBe('n\n');
  }, 120_000);

  it('shows a plan as a document and as its file', async () => {
    const page = await browser.open(`${serving.url}/plans/short`);
    await page.locator('[data-task="one"] summary').click();
    await page.locator('[data-task="one"] dl', { hasText: 'echo 1' }).waitFor();
    await expectSound(browser, page);
    await page.getByRole('button', { name: 'Markdown' }).click();
    await page.locator('.source pre', { hasText: '# Short' }).waitFor();
    expect(new URL(page.url()).search).toBe('?view=source');
    await expectSound(browser, page);
    await page.goto(`${serving.url}/plans/no-such-plan`);
    await page.getByRole('heading', { name: 'There is no such plan' }).waitFor();
  });
});
