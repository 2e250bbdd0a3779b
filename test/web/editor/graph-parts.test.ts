import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/core/parse.ts';
import type { Phase, Plan } from '../../../src/core/plan.ts';
import { layoutOf, NODE, nodeBeside, rowsOf } from '../../../src/web/editor/graph-layout.ts';
import { partAbout, phasesOf, phaseWith } from '../../../src/web/editor/graph-parts.ts';

const after = (...ids: string[]): string => `\n  \`\`\`yaml\n  dependsOn: [${ids.join(', ')}]\n  \`\`\`\n`;
const { plan } = parsePlan(
  `# P

## One

- [x] a
- [x] b

## Two

- [x] c
${after('a')}
- [ ] d
${after('c', 'b')}
## Three

- [ ] e
${after('d')}
- [ ] f
`,
  'p',
);

function phaseOf(of: Plan, index: number): Phase {
  const phase = of.phases[index];
  if (phase === undefined) throw new Error(`no phase ${index}`);
  return phase;
}

describe('a plan that is drawn in parts', () => {
  it('has a box for each phase: how far it is, and which phases it waits for', () => {
    expect(phasesOf(plan)).toEqual([
      { id: 'one', title: 'One', status: 'completed', dependsOn: [], note: '2 of 2 done' },
      { id: 'two', title: 'Two', status: 'pending', dependsOn: ['one'], note: '1 of 2 done' },
      { id: 'three', title: 'Three', status: 'pending', dependsOn: ['two'], note: '0 of 2 done' },
    ]);
  });

  it('has each phase between the tasks of others that it waits for and those that wait for it', () => {
    const ids = (phase: number) =>
      partAbout(plan, phaseOf(plan, phase)).phases.map(({ id, tasks }) => [id, ...tasks.map((task) => task.id)]);
    expect(ids(0)).toEqual([
      ['one', 'a', 'b'],
      ['after', 'c', 'd'],
    ]);
    expect(ids(1)).toEqual([
      ['before', 'a', 'b'],
      ['two', 'c', 'd'],
      ['after', 'e'],
    ]);
    const { edges } = layoutOf(partAbout(plan, phaseOf(plan, 1)));
    expect(edges.map(({ from, to }) => `${from} ${to}`)).toEqual(['a c', 'c d', 'b d', 'd e']);
  });

  it('names as many tasks beside a phase as can be read, and says how many there are', () => {
    const tasks = Array.from({ length: 100 }, (_, index) => `- [ ] t${index}\n${after('first')}\n`).join('');
    const wide = parsePlan(`# P\n\n## One\n\n- [ ] first\n\n## Two\n\n${tasks}`, 'p').plan;
    const [, beside] = partAbout(wide, phaseOf(wide, 0)).phases;
    expect(beside).toMatchObject({ title: 'In other phases, after it (60 of 100)' });
    expect(beside?.tasks).toHaveLength(60);
  });

  it('finds the phase of a task', () => {
    expect([phaseWith(plan, 'e'), phaseWith(plan, 'nobody'), phaseWith(plan, null)]).toEqual(['three', null, null]);
  });

  it('stands in rows, each in its own place, and is walked by arrow keys', () => {
    const many = Array.from({ length: 10 }, (_, index) => ({
      id: `p${index}`,
      title: '',
      status: 'pending' as const,
      dependsOn: [`p${index - 1}`],
    }));
    const layout = rowsOf(many);
    expect(new Set(layout.nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(10);
    for (const { x, y } of layout.nodes) expect(x + NODE.width <= layout.width && y + NODE.height <= layout.height).toBe(true);
    expect(layout.edges).toHaveLength(9);
    expect([nodeBeside(layout, 'p0', 'ArrowRight'), nodeBeside(layout, 'p0', 'ArrowDown'), nodeBeside(layout, 'p4', 'ArrowUp')]).toEqual([
      'p1',
      'p3',
      'p1',
    ]);
  });
});
