import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLAN, world } from './world.ts';

interface Found {
  readonly findings: readonly { area: string; severity: string; text: string; todo: string | null; fixable: boolean }[];
  readonly fixed: readonly string[];
}

let place: ReturnType<typeof world>;
beforeEach(() => {
  place = world();
  place.write('plans/greet.plan.md', PLAN);
  place.write(
    'plans.config.json',
    JSON.stringify({
      qa: {
        gates: [
          { name: 'good', run: 'true' },
          { name: 'bad', run: 'echo broken; false' },
        ],
      },
    }),
  );
  place.commit();
});
afterEach(() => place.remove());

async function look(...options: string[]) {
  const { code, out } = await place.plans(['doctor', '--json', ...options]);
  return { code, ...(JSON.parse(out) as Found) };
}

const texts = ({ findings }: Found, severity: string) =>
  findings.filter((finding) => finding.severity === severity).map(({ text }) => text);

describe('plans doctor', () => {
  it('finds nothing wrong in a repository that is in order, and says what does not protect', async () => {
    const found = await look();
    expect(found.code).toBe(0);
    expect([...texts(found, 'error'), ...texts(found, 'warning')]).toEqual([]);
    expect(texts(found, 'note').join('\n')).toContain('no sandbox');
    const { out } = await place.plans(['doctor']);
    expect(out).toContain('Programs');
    expect(out).toMatch(/✔ Git 2\.\d+/);
  });

  it('runs each gate once where it is asked to', async () => {
    const found = await look('--gates');
    expect(found.code).toBe(1);
    expect(texts(found, 'ok')).toContain('Gate "good" passes.');
    expect(texts(found, 'error')[0]).toMatch(/Gate "bad" fails on the tree as it is.*broken/);
  });

  it('says what of the workflows does not fit, and what GitHub alone knows', async () => {
    expect((await look()).findings.filter(({ area }) => area === 'actions')).toEqual([]);
    await place.plans(['ci', 'init']);
    const fits = (await look()).findings.filter(({ area }) => area === 'actions');
    expect(fits.map(({ severity, text }) => [severity, text.split(/[;:]/)[0]])).toEqual([
      ['note', '.github/workflows/plans-run.yml has no step in the job "execute" that prepares anything'],
      ['note', 'Plans are carried out by GitHub Actions'],
    ]);
    const run = place.read('.github/workflows/plans-run.yml');
    place.write(
      '.github/workflows/plans-run.yml',
      run
        .replace('branches: [main]', 'branches: [master]')
        .replace("paths: ['plans/**']", "paths: ['docs/**']")
        .replaceAll('      # Here goes what your gates need', '      - run: npm ci\n      # Here goes what your gates need'),
    );
    place.write('.github/workflows/plans-matrix.yml', 'on: push\n');
    rmSync(join(place.root, 'plans.config.json'));
    place.write('plans.config.mjs', 'export default { qa: { gates: [{ name: "good", run: "true" }] } };\n');
    const { findings } = await look();
    expect(findings.filter(({ area }) => area === 'actions').map(({ severity, todo }) => [severity, todo])).toEqual([
      ['warning', 'Put main under on: push: branches.'],
      ['warning', "Put 'plans/**' under on: push: paths."],
      ['warning', 'Take one of them away.'],
      ['error', 'Write the config as data: plans.config.yaml.'],
      ['note', expect.stringContaining('gh secret list')],
    ]);
  });

  it('says what is wrong with a config', async () => {
    place.write('plans.config.json', '{"maxAttempts": "many"}');
    const found = await look();
    expect(found.code).toBe(1);
    expect(found.findings).toMatchObject([{ area: 'config', severity: 'error', text: expect.stringContaining('maxAttempts') as unknown }]);
  });

  it('names a missing agent, and what is secret among what agents see', async () => {
    const agents = { mine: { command: ['no-such-program-here'], env: ['MINE_TOKEN'] } };
    place.write('plans.config.json', JSON.stringify({ agent: 'mine', agents, qa: { gates: [{ name: 'good', run: 'true' }] } }));
    const found = await look();
    expect(texts(found, 'error')).toEqual(['The agent "mine" cannot be used.']);
    expect(texts(found, 'note').join('\n')).toContain('secret among them: MINE_TOKEN');
  });

  it('takes away the lock of a runner that is gone, and leaves the journal to the next run', async () => {
    const folder = join(place.root, '.git/plans');
    mkdirSync(folder, { recursive: true });
    const { hostname } = await import('node:os');
    writeFileSync(join(folder, 'greet.lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: 'long ago', host: hostname(), run: 'x' }));
    const entry = {
      run: 'x',
      task: 'greeting',
      attempt: 1,
      folder: null,
      landing: null,
      before: { head: { branch: 'main', commit: null }, dirty: [] },
    };
    writeFileSync(join(folder, 'greet.journal'), JSON.stringify([entry]));
    const before = await look();
    expect(texts(before, 'warning').join('\n')).toMatch(/lock of "greet".*\n.*cut short while it was at greeting/);
    expect(existsSync(join(folder, 'greet.lock'))).toBe(true);
    const after = await look('--fix');
    expect(after.fixed).toEqual(['The lock of "greet" is gone.']);
    expect(existsSync(join(folder, 'greet.lock'))).toBe(false);
    expect(readFileSync(join(folder, 'greet.journal'), 'utf8')).toContain('greeting');
  });

  it('names an old index.lock and leaves it', async () => {
    const lock = join(place.root, '.git/index.lock');
    writeFileSync(lock, '');
    utimesSync(lock, new Date(0), new Date(0));
    const found = await look('--fix');
    expect(texts(found, 'error')[0]).toContain('index.lock');
    expect(existsSync(lock)).toBe(true);
  });

  it('compares the boxes with the commits that ticked them', async () => {
    place.write('plans.config.json', JSON.stringify({ qa: { gates: [{ name: 'good', run: 'true' }] } }));
    place.commit();
    await place.plans(['run', 'greet', '--yes']);
    expect(texts(await look(), 'ok').join('\n')).toContain('2 ticked boxes at HEAD, each with the commit that did it.');
    place.git('revert', '--no-edit', place.git('log', '--format=%H', '--grep=Plan-Task: farewell').trim());
    const plan = place.read('plans/greet.plan.md');
    place.write('plans/greet.plan.md', plan.replace('- [ ] Read', '- [x] Read'));
    place.commit('by hand');
    const found = await look();
    expect(texts(found, 'note').join('\n')).toContain('greet: ticked without a commit of Plans: read.');
    expect(texts(found, 'error')).toEqual([]);
    place.write('x', 'x');
    place.write('plans/greet.plan.md', `${place.read('plans/greet.plan.md')}\n`);
    place.commit('greet: lies\n\nPlan: greet\nPlan-Phase: write\nPlan-Task: farewell\nPlan-Attempt: 1/3\nPlan-Agent: me');
    expect(texts(await look(), 'error')[0]).toMatch(/commits say that a task is done and do not tick it: farewell/);
  });

  it('tells of what is kept, and lets git forget worktrees that are gone', async () => {
    place.git('update-ref', 'refs/plans/attempts/greet/greeting/1', 'HEAD');
    place.git('worktree', 'add', '-q', '--detach', join(place.root, '.plans/worktrees/1'));
    expect(texts(await look(), 'note').join('\n')).toMatch(/1 worktree is kept[\s\S]*1 in refs\/plans\/attempts/);
    const { rmSync } = await import('node:fs');
    rmSync(join(place.root, '.plans/worktrees'), { recursive: true });
    const after = await look('--fix');
    expect(after.fixed).toEqual(['Git has forgotten what it remembered.']);
    expect(place.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
  });
});
