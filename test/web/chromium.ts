/** The browser that tests and benchmarks drive. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where packages of the system put it, and where an environment says it is. */
const PLACES = [process.env['PLANS_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = PLACES.find((path) => path !== undefined && existsSync(path));
/** Whether there is a browser; without one what needs it is skipped. */
export const hasBrowser: boolean = executablePath !== undefined;

/** `folder`: where it may put what it writes when it crashes. */
export function launchChromium(folder: string): Promise<Browser> {
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...FLAGS, `--crash-dumps-dir=${folder}`],
  });
}
