import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { world } from './world.ts';

let here: ReturnType<typeof world>;
let env: Record<string, string>;
beforeEach(() => {
  here = world();
  here.write('.gitignore', 'bin\n');
  here.write('plans.config.yaml', 'agent: claude-code\n');
  here.write('plans/demo.plan.md', '---\nstatus: ready\n---\n\n# Demo\n\n- [ ] One\n');
  here.commit();
  env = { PATH: `${join(here.root, 'bin')}:${process.env['PATH']}` };
});
afterEach(() => here.remove());

/** A `claude` that is over its limit at its first call, and works at every other. `reset` is shell arithmetic on `$now`, in seconds. */
function claude(reset: string): void {
  const script = `#!/bin/sh
cat > /dev/null; now=$(date +%s); echo call >> bin/calls
if [ $(wc -l < bin/calls) -eq 1 ]; then echo "Claude AI usage limit reached|$((${reset}))"; exit 1; fi
echo 1 > one.txt
echo '{"type":"result","subtype":"success","is_error":false,"result":"Done."}'
`;
  here.write('bin/claude', script);
  chmodSync(join(here.root, 'bin/claude'), 0o755);
}
const calls = () => readFileSync(join(here.root, 'bin/calls'), 'utf8').trim().split('\n').length;

it('before the limit resets a run starts nothing, says until when, and does not wait unasked', async () => {
  claude('now + 7200');
  const first = await here.plans(['run', 'demo'], { env });
  expect(first).toMatchObject({ code: 3, out: expect.stringMatching(/It resets at 20\d\d-/) });
  expect(first.out).toContain('plans run demo --wait');
  expect(await here.plans(['run', 'demo'], { env })).toMatchObject({ code: 3, out: expect.stringContaining('nothing was started') });
  expect(calls()).toBe(1);
  const { out } = await here.plans(['status'], { env });
  expect(out).toMatch(/demo {2}0\/1 {2}paused: rate limited {2}resets at 20\d\d-\d\d-\d\dT[\d:.]+Z, in (?:1h 59m|2h 00m)/);
  const [plan] = (JSON.parse((await here.plans(['status', '--json'], { env })).out) as { plans: { resetsAt: string }[] }).plans;
  expect(first.out).toContain(plan?.resetsAt);
});

it('with --wait it goes on when the limit has reset', async () => {
  claude('now + 2');
  const heard: string[] = [];
  const done = await here.plans(['run', 'demo', '--wait'], { env, heard: (text) => heard.push(text) });
  expect(done.code).toBe(0);
  expect(heard.join('')).toMatch(/Waiting until 20\d\d-.*Z\. Ctrl-C ends the wait/);
  expect(calls()).toBe(2);
  expect(existsSync(join(here.root, 'one.txt'))).toBe(true);
});

it('a signal ends the wait, and the plan stays paused', async () => {
  claude('now + 7200');
  const ended = here.plans(['run', 'demo', '--wait'], {
    env,
    heard: (text) => text.startsWith('Waiting') && here.interrupt(),
  });
  expect((await ended).code).toBe(3);
  expect(here.read('plans/demo.plan.md')).toContain('status: paused');
});
