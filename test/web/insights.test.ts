import { describe, expect, it } from 'vitest';
import { GOOD } from '../engine/planner/generating.ts';
import type { Repository } from '../support/repository.ts';
import { gates, task } from '../support/rig.ts';
import { browserOver, expectSound, hasBrowser, type Serving } from './dashboard.ts';

describe.skipIf(!hasBrowser)('new plans and figures', () => {
  const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>();
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({
      'plans/chores.plan.md': `---\nstatus: ready\n---\n\n# Some work\n\n## Only\n\n${task('one', 'echo 1 > one.txt')}${task('two', 'echo 2 > two.txt')}`,
      'README.md': '# Greet\n',
      ...gates({ name: 'twice', run: 'test -e .git/tried || { touch .git/tried; false; }' }),
    }),
    (given) => ({ repository, serving } = given),
    {
      claude: [
        async () => {
          await mayAnswer;
          return GOOD;
        },
      ],
    },
  );

  it('is written by Claude, step by step before one’s eyes, also after a reload', async () => {
    const page = await browser.open(`${serving.url}/`);
    await page.getByRole('link', { name: 'New plan' }).click();
    await page.getByLabel('Title').fill('Greet people');
    await page.getByLabel('What is wanted').fill('Kindly.');
    await expectSound(browser, page);
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    await page.getByRole('region', { name: 'Claude at work' }).waitFor();
    await expectSound(browser, page);
    await page.reload();
    await page.getByRole('region', { name: 'Claude at work' }).waitFor();
    await page.getByRole('button', { name: 'Go on in the background' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'A plan is being written' }).getByText('“Greet people”').waitFor();
    await page.getByRole('region', { name: 'A plan is being written' }).getByRole('link', { name: 'Show' }).click();
    await page.getByRole('region', { name: 'Claude at work' }).waitFor();
    const other = await browser.open(`${serving.url}/insights`);
    await other.locator('.connection.is-live').waitFor();
    letAnswer();
    await other
      .locator('.toast', { hasText: 'Claude has written “Greet people”, as a draft.' })
      .getByRole('button', { name: 'Open' })
      .click();
    await other.getByRole('heading', { level: 1, name: 'Greet people' }).waitFor();
    await page.getByRole('heading', { level: 1, name: 'Greet people' }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/greet-people\/edit$/);
    expect(repository.status()).toEqual([]);
  });

  it('is begun over the list as it was sought, and what was typed is there again after it was closed', async () => {
    const page = await browser.open(`${serving.url}/?show=ready`);
    const opener = page.getByRole('link', { name: 'New plan' });
    await opener.click();
    expect(new URL(page.url()).pathname).toBe('/new');
    await expect.poll(() => page.getByLabel('Title').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('Half a thought');
    await page.locator('[data-plan="chores"]').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL('**/?show=ready');
    expect(await opener.evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'By hand' }).click();
    expect(await page.getByLabel('Title').inputValue()).toBe('Half a thought');
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?show=ready');
  });

  it('is jotted down by hand, and opens in the editor', async () => {
    const page = await browser.open(`${serving.url}/new?by=hand`);
    await page.getByLabel('Title').fill('By <b>hand</b>');
    await page.getByLabel('Phases and tasks').fill('# First\n- one\n- two\n# Then\nthree');
    await page.getByText('2 phases, 3 tasks').waitFor();
    await expectSound(browser, page);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.locator('[data-edit-task="three"]').waitFor();
    await page.getByRole('heading', { level: 1, name: 'By <b>hand</b>' }).waitFor();
  });

  it('shows what was done in bars and in tables that say the same', async () => {
    const page = await browser.open(`${serving.url}/insights`);
    await page.getByRole('heading', { name: 'Nothing was done in this time' }).waitFor();
    const run = await fetch(`${serving.url}/api/plans/chores/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(run.ok).toBe(true);
    const gate = page.getByRole('group', { name: 'Gates that failed, most often first' });
    await gate.getByRole('cell', { name: 'twice' }).waitFor();
    await page.getByRole('region', { name: 'By plan' }).getByRole('link', { name: 'Some work' }).first().waitFor();
    await expect.poll(() => page.locator('.kpis dd').first().innerText()).toBe('2');
    await page.getByRole('button', { name: 'Attempts' }).click();
    await page.getByRole('img', { name: /^Attempts by the day. The most on one day: 3 attempts/ }).waitFor();
    expect(new URL(page.url()).search).toContain('show=attempts');
    await page.locator('.bars-columns > span').last().hover();
    await page.locator('.bars-said', { hasText: ': 3 attempts' }).waitFor();
    await expectSound(browser, page);

    // The days of one plan, of one agent: Claude has written a plan besides, in no attempt at a task.
    await page.getByLabel('Which plan').selectOption({ label: 'Greet people' });
    await page.getByRole('img', { name: /^Attempts by the day. The most on one day: 0 attempts/ }).waitFor();
    await page.getByLabel('Which plan').selectOption({ label: 'Some work' });
    await page.getByRole('img', { name: /^Attempts by the day. The most on one day: 3 attempts/ }).waitFor();
    await page.getByRole('button', { name: 'Agent', exact: true }).click();
    await page.getByLabel('Which agent').selectOption('run');
    await page.getByRole('img', { name: /^Attempts by the day. The most on one day: 3 attempts/ }).waitFor();
    expect(new URL(page.url()).search).toContain('of=run');
    await expectSound(browser, page);
  });
});
