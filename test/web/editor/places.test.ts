import { describe, expect, it } from 'vitest';
import { inSteps } from '../../../src/core/authoring.ts';
import { applyEdits } from '../../../src/core/edit.ts';
import { parsePlan } from '../../../src/core/parse.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { candidatesFor } from '../../../src/web/editor/depends.ts';
import { layoutOf, NODE, nodeBeside } from '../../../src/web/editor/graph-layout.ts';
import { placingSteps, slotBeside, slotOf, slotsFor, slotWords, type Carried } from '../../../src/web/editor/placing.ts';

const after = (...ids: string[]): string => `\n  \`\`\`yaml\n  dependsOn: [${ids.join(', ')}]\n  \`\`\`\n`;
const TEXT = `# P

## One

- [ ] a
- [ ] b
${after('a')}
- [ ] c
${after('b')}
## Two

## Three

- [ ] d
${after('a')}
`;
const plan: Plan = parsePlan(TEXT, 'p').plan;
const task = (id: string): Carried => ({ kind: 'task', id });

function placed(carried: Carried, slot: { phase: string | null; index: number }): string[] {
  const edit = inSteps(placingSteps(carried, slot))(TEXT, plan);
  if ('refused' in edit) throw new Error(edit.refused);
  return parsePlan(applyEdits(TEXT, edit.edits), 'p').plan.phases.map(({ id, tasks }) => `${id}: ${tasks.map((one) => one.id).join(' ')}`);
}

describe('places', () => {
  it('are all that a task can go to, in the order of the page', () => {
    expect(slotsFor(plan, task('b'))).toEqual([
      { phase: 'one', index: 0 },
      { phase: 'one', index: 1 },
      { phase: 'one', index: 2 },
      { phase: 'two', index: 0 },
      { phase: 'three', index: 0 },
      { phase: 'three', index: 1 },
    ]);
    expect(slotOf(plan, task('b'))).toEqual({ phase: 'one', index: 1 });
    expect(slotWords(plan, task('b'), { phase: 'three', index: 1 })).toBe('2 of 2 in Three');
  });

  it('lead to each other, and stay at the ends', () => {
    let slot = slotOf(plan, task('a')) ?? { phase: null, index: -1 };
    expect(slotBeside(plan, task('a'), slot, -1)).toBe(slot);
    for (let step = 0; step < 3; step += 1) slot = slotBeside(plan, task('a'), slot, 1);
    expect(slot).toEqual({ phase: 'two', index: 0 });
  });

  it('are where what is put there stands then', () => {
    for (const id of ['a', 'b', 'c', 'd'])
      for (const slot of slotsFor(plan, task(id))) {
        const found = placed(task(id), slot).find((line) => line.startsWith(`${slot.phase}: `));
        expect(found?.split(' ').indexOf(id), `${id} ${JSON.stringify(slot)}`).toBe(slot.index + 1);
      }
    for (const slot of slotsFor(plan, { kind: 'phase', id: 'one' }))
      expect(placed({ kind: 'phase', id: 'one' }, slot).findIndex((line) => line.startsWith('one:'))).toBe(slot.index);
  });
});

describe('what a task can wait for', () => {
  it('is nothing that waits for it, over others too, and nothing later', () => {
    const found = Object.fromEntries(candidatesFor(plan, 'a').map((one) => [one.task.id, one.refused]));
    expect(found['b']).toContain('a → b → a');
    expect(found['c']).toContain('a → c → b → a');
    expect(found['d']).toContain('a → d → a');
    expect(candidatesFor(plan, 'b').find((one) => one.task.id === 'd')?.refused).toContain('later phase');
    expect(candidatesFor(plan, 'd').map((one) => [one.task.id, one.chosen, one.refused])).toEqual([
      ['a', true, null],
      ['b', false, null],
      ['c', false, null],
    ]);
  });
});

describe('the drawing', () => {
  it('has what waits right of what it waits for, or in a later phase below, and no two at one place', () => {
    const { nodes, edges, bands, width, height } = layoutOf(plan);
    const at = new Map(nodes.map((node) => [node.task.id, node]));
    expect(edges.map(({ from, to }) => `${from} ${to}`)).toEqual(['a b', 'b c', 'a d']);
    expect([at.get('a'), at.get('b'), at.get('c')].map((node) => node?.x)).toEqual([16, 258, 500]);
    expect(at.get('d')?.y).toBeGreaterThan((at.get('a')?.y ?? 0) + NODE.height);
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
    expect(bands).toHaveLength(3);
    for (const { x, y } of nodes) expect(x + NODE.width <= width && y + NODE.height <= height).toBe(true);
  });

  it('is wide as well as high: many tasks of one step stand in several columns', () => {
    const many = parsePlan(`# P\n\n## One\n\n${Array.from({ length: 50 }, (_, index) => `- [ ] t${index}\n`).join('')}`, 'p').plan;
    const { nodes, width, height } = layoutOf(many);
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(50);
    expect(width / height).toBeGreaterThan(1);
    expect(width / height).toBeLessThan(5);
    expect(nodes.map(({ task }) => task.id)).toEqual(many.phases[0]?.tasks.map(({ id }) => id));
  });

  it('is walked by arrow keys: along what waits, and to what is beside it', () => {
    const layout = layoutOf(plan);
    const way = (from: string, ...keys: string[]): (string | null)[] => {
      let at: string | null = from;
      return keys.map((key) => (at = at === null ? null : nodeBeside(layout, at, key)));
    };
    expect(way('a', 'ArrowRight', 'ArrowRight', 'ArrowRight')).toEqual(['b', 'c', null]);
    expect(way('c', 'ArrowLeft', 'ArrowLeft', 'ArrowDown', 'ArrowUp')).toEqual(['b', 'a', 'd', 'a']);
    expect(way('a', 'Enter')).toEqual([null]);
    // Wherever an arrow leads, the one back leads somewhere too, and every task is reached.
    const found = new Set(['a']);
    for (const id of found)
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) found.add(nodeBeside(layout, id, key) ?? id);
    expect(found.size).toBe(4);
  });

  it('ends where tasks wait for each other', () => {
    const cycle = parsePlan(`# P\n\n## One\n\n- [ ] a\n${after('b')}\n- [ ] b\n${after('a')}`, 'p').plan;
    expect(layoutOf(cycle).nodes).toHaveLength(2);
  });
});
