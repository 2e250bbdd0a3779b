import { execFileSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { isAlive, startTime } from '../../../src/adapters/process/identity.ts';

const { platform } = process;
const zone = process.env['TZ'];
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

function hasPs(): boolean {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(process.pid)], { encoding: 'utf8' }).trim() !== '';
  } catch {
    return false;
  }
}

it.runIf(hasPs())('a process is the same one in another time zone, where the system tells its start by the clock on the wall', () => {
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  process.env['TZ'] = 'Asia/Tokyo';
  const started = startTime(process.pid);
  expect(started).toMatch(/\d/);
  process.env['TZ'] = 'America/Lima';
  expect(isAlive(process.pid, started ?? '')).toBe(true);
});
