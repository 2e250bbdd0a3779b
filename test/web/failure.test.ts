/** A task that fails, and each of a person's ways out of that, by what the page of the execution offers. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRepository, type Repository } from '../support/repository.ts';
import { gates, task } from '../support/rig.ts';
import { expectSound, hasBrowser, Serving, TestBrowser } from './dashboard.ts';
import { FINGER, MOUSE } from './hand.ts';

/** Writes what its gate does not take. */
const bad = (id: string): string => task(id, `echo broken > ${id}.txt`, 'maxAttempts: 1');
const PLAN = `---\nstatus: ready\n---\n\n# Mend\n\n## Only\n\n${['one', 'two', 'three', 'four'].map(bad).join('')}${task('five', 'echo 5 > five.txt')}`;
const FILE = 'plans/mend.plan.md';

describe.skipIf(!hasBrowser)('a task that fails', () => {
  const browser = new TestBrowser();
  let repository: Repository;
  let serving: Serving;

  beforeEach(async () => {
    repository = await createRepository();
    await repository.commit('plans', { [FILE]: PLAN, ...gates({ name: 'fine', run: '! grep -q broken *.txt' }) });
    serving = new Serving([repository]);
    await serving.start();
  });

  afterEach(async () => {
    await serving.kill();
    await repository.dispose();
  });

  afterAll(() => browser.close());

  /** The box, once it is about this task. */
  const failureOf = async (page: Page, id: string) => {
    const box = page.getByRole('region', { name: 'A task failed' });
    await box.getByRole('heading', { name: `“Do ${id}” failed` }).waitFor();
    return box;
  };

  it.each([
    ['with a mouse', MOUSE],
    ['with a finger', FINGER],
  ])('is mended by hand, edited and tried again, skipped, or the end of the plan: %s', async (_how, { size, press }) => {
    const page = await browser.open(`${serving.url}/plans/mend`, size);
    const status = (id: string, is: string) => page.locator(`[data-step="${id}"][data-status="${is}"]`).waitFor();
    const within = (box: Awaited<ReturnType<typeof failureOf>>, name: string) => box.getByRole('button', { name });
    await press(page.getByRole('button', { name: 'Execute' }));

    const first = await failureOf(page, 'one');
    await page.locator('[data-panel="one"] .gate', { hasText: 'fine' }).waitFor();
    await expectSound(browser, page);
    await press(within(first, 'Mark as done'));
    await page.locator('.toast.is-failed', { hasText: 'fine' }).waitFor();
    await repository.write({ 'one.txt': 'mended by hand\n' });
    await press(within(first, 'Mark as done'));
    await status('one', 'completed');

    await press((await failureOf(page, 'two')).getByRole('link', { name: 'Edit & retry' }));
    const form = page.getByRole('group', { name: 'Task Do two' });
    await form.getByLabel('Command in place of an agent').fill('echo mended by other words > two.txt');
    await press(page.getByRole('button', { name: 'Save & retry' }));
    await status('two', 'completed');

    const third = await failureOf(page, 'three');
    await third.getByText('What the last attempt left is in the work tree: three.txt').waitFor();
    await expectSound(browser, page);
    await press(within(third, 'Skip'));
    await page.getByText('What it left is put away: 1 file, under refs/plans/stash/mend/three').waitFor();
    await status('three', 'skipped');

    const last = await failureOf(page, 'four');
    await press(within(last, 'Cancel plan'));
    await press(within(last, 'Really give it up?'));
    const given = page.getByRole('region', { name: 'Cancelled' });
    await given.waitFor();
    await expectSound(browser, page);
    expect(repository.status()).toEqual(['?? four.txt']);
    await press(given.getByRole('button', { name: 'Put that away' }));
    await expect.poll(() => repository.status()).toEqual([]);
    await press(page.getByRole('button', { name: 'Bring it back' }));
    await expect.poll(() => repository.status()).toEqual(['?? four.txt']);
    await press(given.getByRole('button', { name: 'Resume' }));

    const again = await failureOf(page, 'four');
    await repository.write({ 'four.txt': 'mended by hand\n' });
    await press(within(again, 'Mark as done'));
    await page.getByRole('region', { name: 'Completed' }).waitFor();
    await status('five', 'completed');
    // The page says so from the file on, which is committed then.
    await expect.poll(() => repository.status()).toEqual([]);
    const said = (await repository.read(FILE)).match(/status: .*|- \[.\]/g);
    expect(said).toEqual(['status: completed', '- [x]', '- [x]', '- [ ]', 'status: skipped', '- [x]', '- [x]']);
    expect(await repository.read('one.txt')).toBe('mended by hand\n');
    expect(await repository.read('two.txt')).toBe('mended by other words\n');
    expect(repository.git('log', '-1', '--format=%s', '--', 'one.txt').trim()).toBe('mend: Do one');
  });
});
