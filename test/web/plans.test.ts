import { describe, expect, it } from 'vitest';
import type { Repository } from '../support/repository.ts';
import { browserOver, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';

const plan = (title: string, status: string, text = ''): string =>
  `---\nstatus: ${status}\n---\n\n# ${title}\n\nWhat **${title.toLowerCase()}** is for.\n\n## First\n\n- [x] One\n- [ ] Two\n${text}`;

describe.skipIf(!hasBrowser)('the page of all plans', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({
      'plans/auth.plan.md': plan('Add authentication', 'ready'),
      'plans/search.plan.md': plan('Search everywhere', 'draft'),
      'plans/broken.plan.md': plan('Broken', 'ready', '  ```yaml\n  dependOn: [one]\n  ```\n'),
      'plans/script.plan.md': plan('<img src=x onerror="alert(1)"> & <script>alert(2)</script>', 'completed'),
    }),
    (given) => ({ repository, serving } = given),
  );

  it('shows each with its status and the one right action', async () => {
    const page = await browser.open(serving.url);
    const card = (slug: string) => page.locator(`[data-plan="${slug}"]`);
    await card('auth').waitFor();
    expect(await card('auth').locator('[data-action]').innerText()).toBe('Execute');
    expect(await card('search').locator('[data-action]').innerText()).toBe('Review with Claude');
    expect(await card('broken').locator('.badge').innerText()).toBe('Has errors');
    expect(await card('broken').locator('.diagnostics').innerText()).toContain('dependOn');
    expect(await card('auth').locator('[role=progressbar]').getAttribute('aria-valuetext')).toBe('1 of 2');
    expect(await card('script').locator('h2').innerText()).toContain('<img src=x onerror="alert(1)">');
    await expectSound(browser, page);
  });

  it('finds by words and by status, and keeps both in the address', async () => {
    const page = await browser.open(serving.url);
    await page.locator('[data-plan]').first().waitFor();
    await page.getByRole('searchbox').fill('authent');
    await expect.poll(() => page.locator('[data-plan]').count()).toBe(1);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: /^Draft/ }).click();
    await expect.poll(() => page.locator('[data-plan]').count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?show=draft');
    await page.reload();
    await page.locator('[data-plan="search"]').waitFor();
    expect(await page.locator('[data-plan]').count()).toBe(1);
  });

  it('shows what is saved in an editor without a reload', async () => {
    const page = await browser.open(serving.url, PHONE);
    await page.locator('.connection.is-live').waitFor();
    await repository.write({ 'plans/new.plan.md': plan('Written just now', 'ready') });
    await page.locator('[data-plan="new"]').waitFor();
    await repository.write({ 'plans/new.plan.md': plan('Written once more', 'ready') });
    await page.locator('[data-plan="new"] h2', { hasText: 'Written once more' }).waitFor();
    await repository.write({ 'plans/new.plan.md': null });
    await page.locator('[data-plan="new"]').waitFor({ state: 'detached' });
  });

  it('keeps a plan live under an address without its repository too', async () => {
    const page = await browser.open(`${serving.url}/plans/search`);
    await page.locator('.connection.is-live').waitFor();
    await page.getByRole('heading', { name: 'Search everywhere' }).waitFor();
    await repository.write({ 'plans/search.plan.md': plan('Search with care', 'draft') });
    await page.getByRole('heading', { name: 'Search with care' }).waitFor();
  });

  it('shows more plans than one answer holds, and finds the last of them', async () => {
    const many = Array.from({ length: 210 }, (_, index) => [`plans/many-${index}.plan.md`, plan(`Many ${index}`, 'draft')] as const);
    await repository.write(Object.fromEntries(many));
    const page = await browser.open(serving.url);
    await expect.poll(() => page.locator('[data-plan^="many-"]').count()).toBe(210);
    await page.getByRole('searchbox').fill('Many 209');
    await expect.poll(() => page.locator('[data-plan]').count()).toBe(1);
    await page.getByRole('searchbox').fill('nothing is called like that');
    await page.getByRole('heading', { name: 'No plan matches “nothing is called like that”' }).waitFor();
    await expectSound(browser, page);
    await repository.write(Object.fromEntries(many.map(([name]) => [name, null])));
    await page.getByRole('button', { name: 'Show all plans' }).click();
    await expect.poll(() => page.locator('[data-plan^="many-"]').count()).toBe(0);
  });

  it('lets a draft that was read be marked as ready, and says so in the tab of the browser', async () => {
    await repository.commit('a draft', { 'plans/read.plan.md': plan('Read it', 'draft') });
    const page = await browser.open(`${serving.url}/plans/read`);
    await page.getByRole('button', { name: 'Mark as ready' }).click();
    await page.getByText(/^Marked as ready as [0-9a-f]{7}\.$/).waitFor();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    expect(await repository.read('plans/read.plan.md')).toContain('status: ready');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/^Taken back by [0-9a-f]{7}\.$/).waitFor();
    await page.getByRole('button', { name: 'Mark as ready' }).waitFor();
    await repository.commit('broken', { 'plans/read.plan.md': plan('Read it', 'ready', '  ```yaml\n  dependOn: [one]\n  ```\n') });
    await expect.poll(() => page.title()).toBe('! Has errors · Read it');
    await repository.commit('gone', { 'plans/read.plan.md': null });
    await page.getByRole('heading', { name: 'There is no such plan' }).waitFor();
  });

  it('goes on when the server was killed, and shows what it has missed', async () => {
    const page = await browser.open(serving.url);
    await page.locator('.connection.is-live').waitFor();
    await page.locator('[data-plan="search"]').waitFor();
    await serving.kill();
    await page.locator('.connection.is-lost').waitFor();
    expect(await page.locator('[data-plan="search"]').count()).toBe(1);
    await repository.write({ 'plans/search.plan.md': plan('Search while nobody listened', 'draft') });
    await serving.start();
    await page.locator('.connection.is-live').waitFor();
    await page.locator('[data-plan="search"] h2', { hasText: 'while nobody listened' }).waitFor();
  });

  it('can be dark, and remembers it', async () => {
    const page = await browser.open(serving.url);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole('button', { name: /^Colours: as the system/ }).click();
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    await expect.poll(ground).not.toBe(light);
    await page.reload();
    await page.locator('[data-plan]').first().waitFor();
    await expect.poll(ground).not.toBe(light);
    await expectSound(browser, page);
  });
});

describe.skipIf(!hasBrowser)('a server with a token', () => {
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/auth.plan.md': plan('Add authentication', 'ready') }),
    (given) => ({ serving } = given),
    { env: { PLANS_TOKEN: 'you-may-write-here', PLANS_READ_TOKEN: 'you-may-read-here' } },
  );

  it('asks for it, and shows a reader nothing that changes', async () => {
    const page = await browser.open(`${serving.url}/?q=auth`);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    // It is chosen as a whole, to be typed over.
    await page.keyboard.type('you-may-read-here');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[data-plan="auth"]').waitFor();
    expect(new URL(page.url()).search).toBe('?q=auth');
    expect(await page.locator('[data-action]').count()).toBe(0);
  });
});
