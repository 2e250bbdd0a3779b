import { expect, it, describe } from 'vitest';
import { browserOver, expectSound, hasBrowser, type Serving } from './dashboard.ts';

/** What somebody may write who proposes a plan and wants something of whoever looks at it. */
const HOSTILE = `[a link](javascript:alert(1)) and [another](data:text/html,<script>alert(2)</script>) and <https://good.example/x>

![a picture](https://evil.example/pixel.png) <img src="https://evil.example/raw.png" onerror="alert(3)">

<script>alert(4)</script>

<iframe src="https://evil.example/"></iframe>`;

const PLAN = (description: string) =>
  `---\nstatus: draft\n---\n\n# Look <b>here</b>\n\n${description}\n\n## First\n\n- [ ] One\n\n  ${description.replaceAll('\n', '\n  ')}\n`;

describe.skipIf(!hasBrowser)('a plan of a stranger', () => {
  let serving: Serving;
  const browser = browserOver(
    () => ({
      'plans/hostile.plan.md': PLAN(HOSTILE),
      'plans/deep.plan.md': PLAN(`It begins.\n\n${'>'.repeat(10_000)} so deep`),
      'plans/long.plan.md': PLAN(`It begins.\n\n${'> a\n\n'.repeat(10_000)}> so long`),
    }),
    (given) => ({ serving } = given),
  );

  it('runs nothing, asks nobody else for anything, and leads nowhere but to where it says', async () => {
    const page = await browser.open('about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('dialog', (dialog) => asked.push(`dialog ${dialog.message()}`));
    await page.goto(`${serving.url}/plans/hostile`);
    await page.locator('.prose a').first().waitFor();
    const links = await page.locator('a').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    expect(links.filter((href) => !href.startsWith(serving.url)).map((href) => new URL(href).host)).toEqual(
      expect.arrayContaining(['good.example', 'evil.example']),
    );
    expect(links.filter((href) => !/^https?:/.test(href))).toEqual([]);
    expect(await page.locator('.prose img, .prose iframe, .prose script').count()).toBe(0);
    expect(asked.filter((url) => !url.startsWith(serving.url))).toEqual([]);
    await expectSound(browser, page);
  });

  it.each(['deep', 'long'])('that is so %s that nobody could mean it is shown as it is written', async (how) => {
    const page = await browser.open(`${serving.url}/plans/${how}`);
    await page
      .locator('pre', { hasText: `so ${how}` })
      .first()
      .waitFor();
  });
});
