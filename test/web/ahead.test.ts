import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Repository } from '../support/repository.ts';
import { browserOver, hasBrowser, type Serving } from './dashboard.ts';

describe.skipIf(!hasBrowser)('a page that is opened by its address', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/greet.plan.md': '# Greet\n\nIn *words*.\n\n## One\n\n- [ ] Say hello\n' }),
    (given) => ({ repository, serving } = given),
  );

  it('asks for all that it shows at once, and not for one part after the other', async () => {
    const page = await browser.open(`${serving.url}/api/health`);
    const missing = new Set([/\/assets\/overview-/, /\/assets\/markdown-/, /\/api\/plans\/greet$/]);
    let free: () => void;
    const all = new Promise<void>((resolve) => (free = resolve));
    page.on('request', (request) => {
      for (const each of missing) if (each.test(request.url())) missing.delete(each);
      if (missing.size === 0) free();
    });
    // What would ask for them is kept waiting until they are asked for.
    await page.route(/\/assets\/plan-/, async (route) => {
      await all;
      await route.continue();
    });
    await page.goto(`${serving.url}/plans/greet`);
    await page.locator('[data-task="say-hello"]').waitFor();
    await page.locator('.lead em', { hasText: 'words' }).waitFor();
    expect([...missing]).toEqual([]);
  });

  const titled = (title: string): Promise<void> => repository.write({ 'plans/greet.plan.md': `# ${title}\n\n- [ ] Say hello\n` });
  /** How often a page has asked for a path. */
  const asking = (page: Page): ((path: string) => number) => {
    const paths: string[] = [];
    page.on('request', (request) => paths.push(new URL(request.url()).pathname));
    return (path) => paths.filter((each) => each === path).length;
  };
  const shown = (page: Page, title: string): Promise<void> => page.getByRole('link', { name: title, exact: true }).waitFor();

  it('asks for nothing twice because its stream begins, the first tab and the second', async () => {
    await titled('Greet');
    const first = await browser.open(`${serving.url}/api/health`);
    for (const [page, title] of [
      [first, 'Greet all'],
      [await first.context().newPage(), 'Greet everybody'],
    ] as const) {
      const times = asking(page);
      await page.goto(serving.url);
      await page.locator('.connection.is-live').waitFor();
      // What comes after the stream has begun is there once this is.
      await titled(title);
      await shown(page, title);
      expect([times('/api/session'), times('/api/jobs')]).toEqual([1, 1]);
    }
  });

  it('shows what has happened between an answer and the beginning of its stream', async () => {
    await titled('Before');
    const page = await browser.open(`${serving.url}/api/health`);
    // Only a stream of its own can be held up here.
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
    let begin: () => void;
    const held = new Promise<void>((resolve) => (begin = resolve));
    await page.route('**/api/events', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(serving.url);
    await shown(page, 'Before');
    const moment = async (): Promise<string | null> =>
      (await fetch(`${serving.url}/api/health`, { headers: { prefer: 'moment' } })).headers.get('plans-moment');
    const before = await moment();
    await titled('After');
    await expect.poll(moment, { timeout: 30_000 }).not.toBe(before);
    begin!();
    await shown(page, 'After');
  });
});
