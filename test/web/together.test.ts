/** One plan in the hands of several: two browsers, an editor, the command line, and somebody who goes to another branch. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Repository } from '../support/repository.ts';
import { browserOver, DESKTOP, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
const PLAN = `---
status: draft
---

# Add authentication

What it is for.

## Backend

- [ ] Write the model

- [ ] Write the route

## Frontend

- [ ] Write the form
`;

describe.skipIf(!hasBrowser)('a plan that several change at once', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/all.plan.md': PLAN, 'plans/branch.plan.md': PLAN, 'plans/away.plan.md': PLAN }),
    (given) => ({ repository, serving } = given),
  );

  const title = (page: Page) => page.getByRole('group', { name: 'The plan' }).getByLabel('Title');
  const conflict = (page: Page) => page.getByRole('alert', { name: 'Changed meanwhile' });
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const open = async (slug: string, size = DESKTOP, query = ''): Promise<Page> => {
    const page = await browser.open(`${serving.url}/plans/${slug}/edit${query}`, size);
    await page.waitForURL(`**/plans/*:${slug}/edit*`);
    await title(page).waitFor();
    await page.locator('.connection.is-live').waitFor();
    return page;
  };
  const plans = (...args: string[]): string =>
    execFileSync(process.execPath, [CLI, ...args], { cwd: repository.root, encoding: 'utf8', stdio: 'pipe' });
  const saved = async (page: Page): Promise<void> => {
    await button(page, 'Save').click();
    await expect.poll(() => page.locator('.editor-bar output').innerText()).toBe('Saved');
  };

  it('keeps what each has made of it, and stands the same everywhere in the end', async () => {
    const [desk, phone] = [await open('all', DESKTOP, '?view=source'), await open('all', PHONE)];
    const file = desk.getByRole('textbox', { name: 'Markdown' });
    await title(desk).fill('Add sign-in');

    // Each of the others changes something else: another browser, an editor that nobody commits for, the command line.
    await phone.getByRole('button', { name: 'Add a task to Frontend' }).tap();
    await phone.keyboard.type('Write the styles');
    await phone.keyboard.press('Enter');
    await saved(phone);
    await conflict(desk).locator('.is-new', { hasText: 'Write the styles' }).waitFor();
    const text = await repository.read('plans/all.plan.md');
    await repository.write({ 'plans/all.plan.md': text.replace('What it is for.', 'What it is for, in an editor.') });
    await conflict(desk).locator('.is-new', { hasText: 'in an editor' }).waitFor();
    plans('ready', 'all');
    await conflict(desk).locator('.is-new', { hasText: 'status: ready' }).waitFor();
    await expectSound(browser, desk);
    await button(desk, 'Bring both together').click();
    await saved(desk);
    const TOGETHER = text
      .replace('What it is for.', 'What it is for, in an editor.')
      .replace('status: draft', 'status: ready')
      .replace('Add authentication', 'Add sign-in');
    expect(await repository.read('plans/all.plan.md')).toBe(TOGETHER);
    await expect.poll(() => title(phone).inputValue()).toBe('Add sign-in');

    // And the same line, in all three places before any of them is saved.
    await title(desk).fill('Sign in at a desk');
    await title(phone).fill('Sign in on a phone');
    await repository.write({ 'plans/all.plan.md': TOGETHER.replace('# Add sign-in', '# Sign in by an editor') });
    for (const page of [desk, phone]) await conflict(page).locator('.is-new', { hasText: 'Sign in by an editor' }).waitFor();
    await expectSound(browser, phone);
    await button(phone, 'Choose where they differ').tap();
    await conflict(phone).getByRole('radio', { name: 'Mine' }).check();
    await button(phone, 'Use this').tap();
    await saved(phone);
    await conflict(desk).locator('.is-new', { hasText: 'Sign in on a phone' }).waitFor();
    await button(desk, 'Take theirs').click();
    await conflict(desk).waitFor({ state: 'detached' });

    const end = TOGETHER.replace('# Add sign-in', '# Sign in on a phone');
    expect(await repository.read('plans/all.plan.md')).toBe(end);
    await button(phone, 'Markdown').tap();
    await expect.poll(() => file.inputValue()).toBe(end);
    await expect.poll(() => phone.getByRole('textbox', { name: 'Markdown' }).inputValue()).toBe(end);
    expect(repository.status()).toEqual([]);
    // What was overruled is in the history, as whoever wrote it had it.
    expect(repository.git('log', '-p', '--format=', '--', 'plans/all.plan.md')).toContain('# Sign in by an editor');
    // And what the desk had not saved is a step back.
    await desk.locator('.editor-bar').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => title(desk).inputValue()).toBe('Sign in at a desk');
  });

  it('follows another branch that is checked out, and has the draft of this one when it comes back', async () => {
    const [edited, looked, away] = [await open('branch'), await open('branch', PHONE), await open('away')];
    repository.git('checkout', '--quiet', '-b', 'other');
    await repository.commit('another plan', {
      'plans/branch.plan.md': PLAN.replace('What it is for.', 'Something else.'),
      'plans/away.plan.md': null,
    });
    const description = (page: Page) => page.getByRole('group', { name: 'The plan' }).getByLabel('Description', { exact: true });
    const shows = (words: string) =>
      Promise.all([edited, looked].map((page) => expect.poll(() => description(page).inputValue()).toBe(words)));
    await shows('Something else.');
    await away.getByRole('heading', { name: 'There is no such plan' }).waitFor();
    repository.git('checkout', '--quiet', 'main');
    await shows('What it is for.');

    await title(edited).fill('My title');
    await title(away).fill('My other title');
    repository.git('checkout', '--quiet', 'other');
    await conflict(edited).locator('.is-new', { hasText: 'Something else.' }).waitFor();
    await away.getByText('What you have changed is not saved.').click();
    await away.getByLabel('Your text').getByText('# My other title').waitFor();
    await expectSound(browser, away);
    repository.git('checkout', '--quiet', 'main');
    await conflict(edited).waitFor({ state: 'detached' });
    for (const [page, words] of [
      [edited, 'My title'],
      [away, 'My other title'],
    ] as const) {
      await expect.poll(() => title(page).inputValue()).toBe(words);
      await saved(page);
    }
    expect(await repository.read('plans/branch.plan.md')).toBe(PLAN.replace('Add authentication', 'My title'));
    expect(await repository.read('plans/away.plan.md')).toBe(PLAN.replace('Add authentication', 'My other title'));
    expect(repository.git('show', 'other:plans/branch.plan.md')).toContain('Something else.');
    expect(repository.status()).toEqual([]);
  });
});
