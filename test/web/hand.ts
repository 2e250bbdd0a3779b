/** How a person uses a page: with a mouse at a desk, or with a finger on a phone. */
import type { Locator, Page } from 'playwright-core';
import { DESKTOP, PHONE } from './dashboard.ts';

export interface Hand {
  readonly size: { readonly width: number; readonly height: number };
  /** Clicks or taps. */
  readonly press: (target: Locator) => Promise<void>;
  /** Carries by a grip to where `target` begins, and lets go there. */
  readonly carry: (grip: Locator, target: Locator) => Promise<void>;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export const MOUSE: Hand = {
  size: DESKTOP,
  press: (target) => target.click(),
  async carry(grip, target) {
    const page = grip.page();
    const { from, to } = await way(grip, target);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, (from.y + to.y) / 2, { steps: 3 });
    await page.mouse.move(to.x, to.y, { steps: 3 });
    await isShown(page);
    await page.mouse.up();
  },
};

export const FINGER: Hand = {
  size: PHONE,
  press: (target) => target.tap(),
  async carry(grip, target) {
    const page = grip.page();
    const session = await page.context().newCDPSession(page);
    // A second passes from one to the next, says the script: after a movement that is quicker the browser takes the next tap for its end.
    let timestamp = Date.now() / 1_000 - 4;
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: Point[]) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: (timestamp += 1) });
    const { from, to } = await way(grip, target);
    await touch('touchStart', from);
    await touch('touchMove', { x: to.x, y: (from.y + to.y) / 2 });
    await touch('touchMove', to);
    await isShown(page);
    await touch('touchEnd');
    await session.detach();
  },
};

/** From the middle of the grip to the upper edge of the target, both of which have to be in the window. */
async function way(grip: Locator, target: Locator): Promise<{ readonly from: Point; readonly to: Point }> {
  await grip.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const [box, goal] = [await grip.boundingBox(), await target.boundingBox()];
  if (box === null || goal === null) throw new Error('There is nothing to carry, or nowhere to carry it to.');
  const x = box.x + box.width / 2;
  return { from: { x, y: box.y + box.height / 2 }, to: { x, y: goal.y + 4 } };
}

/** Where it would come to stand. */
function isShown(page: Page): Promise<void> {
  return page.locator('.drop-line').waitFor({ state: 'attached' });
}
