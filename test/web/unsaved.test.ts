/** What is typed and not saved: over a server that is killed, on other pages, and before a run. */
import { describe, expect, it } from 'vitest';
import type { Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { browserOver, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';

const PLAN = `---\nstatus: ready\n---\n\n# Write\n\n${task('one', 'echo 1 > one.txt')}`;

/** Two tasks, each of which waits until a file says that it may go on. */
const waiting = (id: string): string => task(id, `while [ -d ROOT ] && [ ! -e ROOT/.git/${id} ]; do sleep 0.02; done; echo > ${id}.txt`);
const LONG = `---\nstatus: ready\n---\n\n# Long\n\n${['first', 'second'].map(waiting).join('')}- [ ] By a person\n\n  \`\`\`yaml\n  assignee: human\n  \`\`\`\n`;

describe.skipIf(!hasBrowser)('a draft that is not saved', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    (root) => ({ 'plans/write.plan.md': PLAN, 'plans/long.plan.md': LONG.replaceAll('ROOT', root) }),
    (given) => ({ repository, serving } = given),
  );

  it('outlives a server that is killed, is told of elsewhere, and goes before a run', async () => {
    const page = await browser.open(`${serving.url}/plans/write/edit`, PHONE);
    await page.waitForURL('**/plans/*:write/edit');
    const title = page.getByRole('group', { name: 'The plan' }).getByLabel('Title');
    const tab = (name: string) => page.getByRole('navigation', { name: 'Pages of this plan' }).getByRole('link', { name });
    await title.fill('Write it');
    await serving.kill();
    await page.getByRole('button', { name: 'Save' }).tap();
    await page.locator('.refused', { hasText: 'The server cannot be reached.' }).waitFor();
    await title.fill('Write it down');
    await serving.start();
    await page.locator('.connection.is-live').waitFor();
    expect(await title.inputValue()).toBe('Write it down');

    await tab('Plan').tap();
    await page.getByText('What you have changed in the editor is not saved yet.').waitFor();
    await expectSound(browser, page);
    await page.getByRole('button', { name: 'Execute' }).tap();
    await page.locator('.toast.is-failed', { hasText: 'is not saved' }).waitFor();
    expect(await repository.read('plans/write.plan.md')).toBe(PLAN);

    await page.getByRole('link', { name: 'Go on with it' }).tap();
    await expect.poll(() => title.inputValue()).toBe('Write it down');
    await page.getByRole('button', { name: 'Save' }).tap();
    await page.locator('.toast', { hasText: 'Saved as' }).waitFor();
    await page.getByRole('button', { name: 'Execute' }).tap();
    await page.getByRole('region', { name: 'Completed' }).waitFor();
    // The page says so from the file on, which is committed then.
    await expect.poll(() => repository.status()).toEqual([]);
    expect(await repository.read('plans/write.plan.md')).toMatch(/^# Write it down$/m);
  });

  it('takes in what a run ticks meanwhile, and is taken up by the run', async () => {
    const page = await browser.open(`${serving.url}/plans/long/run`);
    const title = page.getByRole('group', { name: 'The plan' }).getByLabel('Title');
    const tick = (id: string) => page.locator(`[data-edit-task="${id}"] .mark[data-status="completed"]`).waitFor();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('[data-step="first"][data-status="running"]').waitFor();
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await title.fill('Longer');
    await repository.write({ '.git/first': 'go' });
    await tick('first');
    expect(await page.getByRole('alert', { name: 'Changed meanwhile' }).count()).toBe(0);
    expect(await title.inputValue()).toBe('Longer');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toast', { hasText: 'Saved' }).waitFor();
    await repository.write({ '.git/second': 'go' });
    await tick('second');
    await page.locator('.plan-head .badge', { hasText: 'Paused' }).waitFor();
    await expect.poll(() => repository.status()).toEqual([]);
    const text = await repository.read('plans/long.plan.md');
    expect(text).toMatch(/^# Longer$/m);
    expect(text.match(/- \[.\] .*/g)).toEqual(['- [x] Do first', '- [x] Do second', '- [ ] By a person']);
  });
});
