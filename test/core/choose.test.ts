import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainsOf, choose, overlap } from '../../src/core/choose.ts';
import { parsePlan } from '../../src/core/parse.ts';
import type { Plan } from '../../src/core/plan.ts';
import { runs } from '../support/runs.ts';

function planOf(mode: string, tasks: readonly { id: string; dependsOn?: readonly string[]; extra?: string }[]): Plan {
  const items = tasks.map(
    ({ id, dependsOn = [], extra }) =>
      `- [ ] ${id}\n\n  \`\`\`yaml\n  id: ${id}\n  dependsOn: [${dependsOn.join(', ')}]\n${extra === undefined ? '' : `  ${extra}\n`}  \`\`\`\n`,
  );
  return parsePlan(`---\nstatus: running\n---\n\n## P\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${items.join('\n')}`, 'p').plan;
}

function order(plan: Plan, estimates: Readonly<Record<string, number>>, maxConcurrency: number): string[] {
  const active = new Map<string, unknown>();
  const options = { plan, scope: null, approved: new Set<string>(), maxConcurrency, estimate: (id: string) => estimates[id] ?? 1 };
  for (let task = choose({ ...options, active }); task !== null; task = choose({ ...options, active })) active.set(task.id, null);
  return [...active.keys()];
}

const id = (index: number) => `t${index}`;

describe('the next task', () => {
  it('is the one that the longest chain waits for, else the first in the document', () => {
    const plan = planOf('parallel', [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd', dependsOn: ['c'] }, { id: 'e', dependsOn: ['d'] }]);
    expect(order(plan, {}, 3)).toEqual(['c', 'a', 'b']);
    expect(order(plan, { b: 10 }, 2)).toEqual(['b', 'c']);
  });

  it('is one at a time in an ordered phase, and at most as many as the phase allows in a parallel one', () => {
    expect(order(planOf('sequential', [{ id: 'a' }, { id: 'b' }]), {}, 4)).toEqual(['a']);
    expect(order(planOf('parallel', [{ id: 'a' }, { id: 'b' }, { id: 'c' }]), {}, 2)).toEqual(['a', 'b']);
  });

  it('never has files in common with what runs', () => {
    const plan = planOf('parallel', [
      { id: 'a', extra: 'files: [src/**]' },
      { id: 'b', extra: 'files: [src/x.ts]' },
      { id: 'c', extra: 'files: [docs/**]' },
    ]);
    expect(order(plan, {}, 4)).toEqual(['a', 'c']);
  });
});

describe('chains', () => {
  it('are the longest of all paths, however deep', () => {
    const graph = fc.array(fc.record({ after: fc.array(fc.nat(), { maxLength: 4 }), time: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(graph, (nodes) => {
        const plan = planOf(
          'parallel',
          nodes.map(({ after }, index) => ({ id: id(index), dependsOn: index === 0 ? [] : [...new Set(after.map((n) => id(n % index)))] })),
        );
        const tasks = plan.phases[0]?.tasks ?? [];
        const chains = chainsOf(tasks, (name) => nodes[Number(name.slice(1))]?.time ?? 0);
        for (const [index, { time }] of nodes.entries()) {
          const waiting = tasks.filter((task) => task.dependsOn.includes(id(index))).map((task) => chains.get(task.id) ?? 0);
          expect(chains.get(id(index))).toBe(time + Math.max(0, ...waiting));
        }
      }),
      runs(100),
    );
    const chain = Array.from({ length: 5_000 }, (_, index) => ({ id: `t${index}`, dependsOn: index === 0 ? [] : [`t${index - 1}`] }));
    expect(chainsOf(planOf('parallel', chain).phases[0]?.tasks ?? [], () => 1).get('t0')).toBe(5_000);
  });
});

it.each([
  [['src/**'], ['src/a.ts'], true],
  [['src/a.ts'], ['src/a.ts'], true],
  [['src/a.ts'], ['src/b.ts'], false],
  [['src'], ['src/b.ts'], true],
  [['src/*.ts'], ['src/*.md'], false],
  [['src/**/*.ts'], ['src/x/**'], true],
  [['docs/**'], ['src/**'], false],
  [['*.{ts,md}'], ['README.md'], true],
  [['a/**', 'b/**'], ['c/**', 'b/x'], true],
  [undefined, ['src/**'], false],
])('%j and %j overlap: %j', (a, b, expected) => {
  expect(overlap(a, b)).toBe(expected);
  expect(overlap(b, a)).toBe(expected);
});
