import { describe, expect, it } from 'vitest';
import { browserOver, hasBrowser, type Serving } from './dashboard.ts';

describe.skipIf(!hasBrowser)('a page that is opened by its address', () => {
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/greet.plan.md': '# Greet\n\nIn *words*.\n\n## One\n\n- [ ] Say hello\n' }),
    (given) => ({ serving } = given),
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
});
