import { expect, it } from 'vitest';
import { changeGraph, mermaidOf } from '../../src/core/graph.ts';
import { parsePlan } from '../../src/core/parse.ts';

const NOTHING = { tasks: new Map(), removed: [] } as const;

/** Phases of so many tasks each; every task waits for the one before it. */
function planOf(phases: number, tasks: number) {
  let number = 0;
  const text = Array.from({ length: phases }, (_, phase) => {
    const list = Array.from({ length: tasks }, () => {
      number += 1;
      const waits = number === 1 ? '' : `  dependsOn: [t${number - 1}]\n`;
      return `- [ ] Task ${number}\n\n  \`\`\`yaml\n  id: t${number}\n${waits}  \`\`\`\n`;
    });
    return `## Phase ${phase + 1}\n\n${list.join('\n')}`;
  });
  return parsePlan(`# Plan\n\n${text.join('\n')}`, 'p').plan;
}

it('a small plan is there whole', () => {
  const graph = changeGraph(planOf(2, 2), NOTHING);
  expect(graph).toMatchObject({
    more: 0,
    phases: [{ more: 0, tasks: [{ id: 't1' }, { id: 't2' }] }, { tasks: [{ id: 't3' }, { id: 't4' }] }],
  });
  expect(graph.edges).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
});

it('of a large one what changed is shown, and how much else there is', () => {
  const plan = planOf(100, 10);
  const tasks = new Map([['t995', 'changed'] as const, ['t3', 'added'] as const]);
  const removed = [{ phase: 'gone', phaseTitle: 'Gone', id: 'x', title: 'X', status: 'pending' as const }];
  const graph = changeGraph(plan, { tasks, removed });
  const shown = graph.phases.flatMap((phase) => phase.tasks);
  expect(shown).toHaveLength(60);
  expect(shown.filter(({ marking }) => marking !== null).map(({ id }) => id)).toEqual(['t3', 't995', 'x']);
  expect([graph.phases.length, graph.more, graph.phases.at(-1)?.title]).toEqual([40, 61, 'Gone']);
  const text = mermaidOf(graph, 'Plan');
  expect(text.length).toBeLessThan(9_000);
  expect(text).toContain('  more["… 61 more phases"]:::pending');
  expect(text).toContain('["… 9 more"]:::pending');
  // Every node that an arrow or a class names is there.
  const nodes = new Set([...text.matchAll(/^ +(?:subgraph )?(\w+)\["/gm)].map(([, name]) => name));
  for (const [, from, to] of text.matchAll(/^ {2}(\w+) --> (\w+)$/gm)) expect([nodes.has(from), nodes.has(to)]).toEqual([true, true]);
  for (const [, node] of text.matchAll(/^ {2}class (\w+) /gm)) expect(nodes.has(node)).toBe(true);
});

it('a task that is gone stands in its phase, and is no arrow’s end', () => {
  const removed = [{ phase: 'phase-1', phaseTitle: 'Phase 1', id: 't2', title: 'Was', status: 'completed' as const }];
  const { phases, edges } = changeGraph(planOf(1, 2), { tasks: new Map(), removed });
  expect(phases[0]?.tasks.map(({ title, marking }) => [title, marking])).toEqual([
    ['Task 1', null],
    ['Task 2', null],
    ['Was', 'removed'],
  ]);
  expect(edges).toEqual([[0, 1]]);
});
