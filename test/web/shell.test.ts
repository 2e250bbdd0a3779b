import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserOver, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';

const plan = (title: string, status: string): string => `---\nstatus: ${status}\n---\n\n# ${title}\n\n## First\n\n- [x] One\n- [ ] Two\n`;
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('type') || '');

describe.skipIf(!hasBrowser)('the frame around the pages', () => {
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/auth.plan.md': plan('Add authentication', 'ready') }),
    (given) => ({ serving } = given),
  );

  it('says which page came, and takes the focus there', async () => {
    const page = await browser.open(serving.url);
    await page.locator('[data-plan]').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.getByRole('link', { name: 'Add authentication', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Add authentication' }).waitFor();
    expect(await focused(page)).toBe('content');
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('status').filter({ hasText: 'Add authentication · History' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('History');
  });

  it('is led by single keys, which can be turned off', async () => {
    const page = await browser.open(`${serving.url}/insights`);
    await page.locator('.connection.is-live').waitFor();
    await page.keyboard.press('/');
    await expect.poll(() => focused(page)).toBe('search');
    await page.keyboard.type('n1?');
    expect(new URL(page.url()).search).toBe('?q=n1%3F');
    await page.goto(`${serving.url}/plans/auth`);
    await page.getByRole('heading', { name: 'Add authentication' }).waitFor();
    await page.keyboard.press('5');
    await page.waitForURL('**/history');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await expectSound(browser, page);
    await page.getByLabel('Single keys do something').uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: 'Add authentication' }).waitFor();
    await page.keyboard.press('1');
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('dialog').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/\/history$/);
  });

  it('can be installed, and has the colour of its theme around it', async () => {
    const page = await browser.open(serving.url, PHONE, 'dark');
    const { manifest, icons } = await page.evaluate(async () => {
      const manifest = await (await fetch('/manifest.webmanifest')).json();
      const sizes = (manifest.icons as { src: string; sizes: string }[]).map(async ({ src, sizes }) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return sizes === 'any' || sizes === `${image.naturalWidth}x${image.naturalHeight}`;
      });
      return { manifest, icons: await Promise.all(sizes) };
    });
    expect(manifest).toMatchObject({ display: 'standalone', start_url: '/' });
    expect(icons).toEqual([true, true, true, true]);
    const colours = () => page.locator('meta[name=theme-color]').evaluateAll((all) => all.map((meta) => meta.getAttribute('content')));
    expect(new Set(await colours()).size).toBe(2);
    await page.getByRole('button', { name: /^Colours: as the system/ }).click();
    expect(new Set(await colours())).toEqual(new Set(['#f6f6f3']));
  });

  it('says where a part of it cannot be loaded, and is itself again once the server is there', async () => {
    const page = await browser.open(serving.url);
    await page.locator('[data-plan="auth"]').waitFor();
    await page.route('**/assets/insights-page-*.js', (route) => route.abort());
    await page.getByRole('link', { name: 'Insights' }).click();
    await page.getByText('A part of the dashboard could not be loaded').waitFor();
    await page.unroute('**/assets/insights-page-*.js');
    await page.getByRole('button', { name: 'Load it anew' }).click();
    await page.getByRole('heading', { name: 'Insights' }).waitFor();
  });

  it('is sound in the dark, page by page', async () => {
    const page = await browser.open(serving.url, PHONE, 'dark');
    const pages = [
      ['/', '[data-plan="auth"]'],
      ['/new', 'dialog form'],
      ['/plans/auth', '[data-phase]'],
      ['/plans/auth/edit', '[data-edit-task]'],
      ['/plans/auth/edit?view=source', '.source-box'],
      ['/plans/auth/review', '.ask-form'],
      ['/plans/auth/run', '.run-side'],
      ['/plans/auth/history', '[data-iteration]'],
      ['/insights', '.empty'],
    ] as const;
    for (const [path, part] of pages) {
      await page.goto(serving.url + path);
      await page.locator(part).first().waitFor();
      await expectSound(browser, page);
    }
  }, 60_000);

  it('shows that there is nothing at an address, and the way on', async () => {
    const page = await browser.open(`${serving.url}/no/such/page`, PHONE, 'dark');
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await expectSound(browser, page);
    await page.getByRole('link', { name: 'All plans' }).click();
    await page.locator('[data-plan="auth"]').waitFor();
  });
});
