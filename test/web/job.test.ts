import { describe, expect, it } from 'vitest';
import { GOOD } from '../engine/planner/generating.ts';
import { reply, text, toolUse } from '../support/messages-reply.ts';
import { browserOver, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';

describe.skipIf(!hasBrowser)('a conversation that is under way', () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'README.md': '# Greet\n' }),
    (given) => ({ serving } = given),
    {
      claude: async ({ body }) => {
        if (body.messages?.length === 1) return reply([text('I look at the repository.'), toolUse('glob', { pattern: '**/*' })]);
        if (body.messages?.length === 3) return reply([text('I read what it says.'), toolUse('read', { path: 'README.md' })]);
        await mayEnd;
        return GOOD;
      },
    },
  );

  it('is seen from its beginning by a page that is opened late, or again', async () => {
    const begun = await fetch(`${serving.url}/api/plans/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'respond-async' },
      body: JSON.stringify({ title: 'Greet people' }),
    });
    const { id } = (await begun.json()) as { id: string };
    const said = async () =>
      (await (await fetch(`${serving.url}/api/jobs/${id}/events`)).json()) as { events: { event: { type: string } }[] };
    await expect.poll(async () => (await said()).events.filter(({ event }) => event.type === 'repository-read').length).toBe(2);

    const page = await browser.open(`${serving.url}/new?job=${id}`, PHONE);
    const steps = page.getByRole('region', { name: 'Claude at work' }).getByRole('listitem').filter({ hasText: 'I ' });
    const words = ['I look at the repository.', 'I read what it says.'];
    await expect.poll(() => steps.allInnerTexts()).toEqual(words);
    await page.locator('.connection.is-live').waitFor();
    await page.reload();
    await expect.poll(() => steps.allInnerTexts()).toEqual(words);
    await expectSound(browser, page);
    end();
    await page.waitForURL('**/plans/*:greet-people/edit');
  });
});
