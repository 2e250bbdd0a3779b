/** What waits for what, drawn. */
import { useMemo, useState, type ReactNode } from 'react';
import type { Plan } from '../../core/plan.ts';
import { Empty } from '../parts/basics.tsx';
import { layoutOf, NODE } from './graph-layout.ts';

/** Characters of a title in a box; two lines of them. */
const LINE_CHARS = 25;

interface GraphPaneProps {
  readonly plan: Plan;
  readonly chosen: string | null;
  readonly choose: (task: string) => void;
}

export function GraphPane({ plan, chosen, choose }: GraphPaneProps): ReactNode {
  const layout = useMemo(() => layoutOf(plan), [plan]);
  const [over, setOver] = useState<string | null>(null);
  const about = over ?? chosen;
  if (layout.nodes.length === 0) return <Empty title="No tasks yet" />;
  return (
    // What scrolls has to be reachable by keys.
    <section className="card graph-pane" aria-label="Dependencies" tabIndex={0}>
      <svg
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label="Tasks and what they wait for"
      >
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        {layout.bands.map(({ id, title, y, height }) => (
          <g key={id} className="band">
            <rect y={y} width={layout.width} height={height} rx={10} />
            <text x={16} y={y + 25}>
              {linesOf(title, Math.floor(layout.width / 8))[0] ?? ''}
            </text>
          </g>
        ))}
        {layout.edges.map(({ from, to, path }) => (
          <path
            key={`${from} ${to}`}
            className={about === null ? 'edge' : from === about || to === about ? 'edge is-near' : 'edge is-far'}
            d={path}
            markerEnd="url(#arrow)"
          />
        ))}
        {layout.nodes.map(({ task, x, y }) => (
          <g
            key={task.id}
            className={`node is-${task.status}${task.id === chosen ? ' is-chosen' : ''}`}
            transform={`translate(${x} ${y})`}
            role="button"
            tabIndex={0}
            aria-label={task.dependsOn.length === 0 ? task.title : `${task.title}, after ${task.dependsOn.join(', ')}`}
            aria-pressed={task.id === chosen}
            data-node={task.id}
            onClick={() => choose(task.id)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== ' ') return;
              event.preventDefault();
              choose(task.id);
            }}
            onPointerEnter={() => setOver(task.id)}
            onPointerLeave={() => setOver(null)}
          >
            <title>{task.title}</title>
            <rect width={NODE.width} height={NODE.height} rx={7} />
            <NodeText title={task.title} />
          </g>
        ))}
      </svg>
    </section>
  );
}

function NodeText({ title }: { readonly title: string }): ReactNode {
  const lines = linesOf(title, LINE_CHARS).slice(0, 2);
  return (
    <text x={12} y={lines.length === 1 ? 27 : 19}>
      {lines.map((line, index) => (
        <tspan key={line} x={12} dy={index === 0 ? 0 : 16}>
          {line}
        </tspan>
      ))}
    </text>
  );
}

/** A title on lines that fit; what does not is cut, and is told whole where one points at it. */
function linesOf(title: string, most: number): readonly string[] {
  const lines: string[] = [''];
  for (const word of title.replaceAll(/[*_`]/g, '').split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length + 1 > most) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  const cut = lines.map((line) => (line.length > most ? `${line.slice(0, most - 1)}…` : line));
  return cut.length > 2 ? [cut[0] ?? '', `${(cut[1] ?? '').slice(0, most - 2)} …`] : cut;
}
