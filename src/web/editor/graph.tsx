/** A drawing of what waits for what, to look at and to go about in. */
import {
  memo,
  useCallback,
  useEffect,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import type { Task } from '../../core/plan.ts';
import { Icon } from '../parts/icon.tsx';
import { NODE, nodeBeside, type Edge, type Layout } from './graph-layout.ts';
import { useZoom, type Zoom } from './graph-zoom.ts';

/** Characters of a title in a box; two lines of them. */
const LINE_CHARS = 25;
/** Farther away than so titles cannot be read, and are not drawn. */
const READABLE = 0.3;

interface GraphProps {
  readonly chosen: string | null;
  /** Has to stay the same: a thousand tasks hang on it. */
  readonly choose: (task: string) => void;
  readonly layout: Layout;
  /** Which part of the plan it is, where it is not all of it. */
  readonly part?: ReactNode;
  /** Whether it comes in the place of another drawing, in which a box was pressed. */
  readonly takesFocus?: boolean;
}

export function Graph({ layout, part, takesFocus = false, chosen, choose }: GraphProps): ReactNode {
  const looking = useZoom(layout);
  const { pane, zoom } = looking;
  const [over, setOver] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const about = over ?? focused ?? chosen;
  const isSeen = zoom > 0;
  const nodeOf = useCallback((id: string) => pane.current?.querySelector<SVGElement>(`[data-node="${CSS.escape(id)}"]`), [pane]);
  useEffect(() => {
    if (chosen !== null && isSeen) showIn(pane.current, nodeOf(chosen));
  }, [chosen, pane, nodeOf, isSeen]);
  useEffect(() => {
    // What is chosen in the list keeps the focus there.
    if (takesFocus && document.activeElement === document.body) pane.current?.focus({ preventScroll: true });
  }, [takesFocus, pane]);
  const hands = {
    ...looking.hands,
    onKeyDown: (event: KeyboardEvent<HTMLDivElement>): void => {
      const id = idAt(event.target);
      const next = id === null ? null : nodeBeside(layout, id, event.key);
      if (id !== null && (event.key === 'Enter' || event.key === ' ')) choose(id);
      else if (next !== null) nodeOf(next)?.focus();
      else return looking.hands.onKeyDown(event);
      event.preventDefault();
    },
    onClick: ({ target }: MouseEvent<HTMLDivElement>): void => {
      const id = idAt(target);
      if (id !== null) choose(id);
    },
    onPointerOver: ({ target }: PointerEvent<HTMLDivElement>): void => setOver(idAt(target)),
    onPointerLeave: (): void => setOver(null),
    onFocus: ({ target }: FocusEvent<HTMLDivElement>): void => {
      const id = idAt(target);
      setFocused(id);
      // What the mouse goes to is where it is, and has to stay there until it is let go.
      if (id !== null && target.matches(':focus-visible')) showIn(pane.current, nodeOf(id));
    },
    onBlur: (): void => setFocused(null),
  };
  return (
    <section className="card graph-card" aria-label="Dependencies">
      {part !== undefined && <div className="graph-part">{part}</div>}
      <GraphBar {...looking} />
      {/* What scrolls has to be reachable by keys. */}
      <div
        ref={pane}
        className={zoom < READABLE ? 'graph-pane is-far-away' : 'graph-pane'}
        role="group"
        aria-label="Drawing"
        tabIndex={0}
        {...hands}
      >
        {/* Made larger as a picture: in a larger drawing each title would be laid out anew. */}
        <div className="graph-sheet" style={{ width: layout.width * zoom, height: layout.height * zoom }}>
          {isSeen && (
            <svg
              className={(focused ?? chosen) === null ? undefined : 'is-about'}
              style={{ transform: `scale(${zoom})` }}
              width={layout.width}
              height={layout.height}
              role="group"
              aria-label="Tasks and what they wait for"
            >
              <Drawing layout={layout} chosen={chosen} about={about} first={focused ?? chosen} />
            </svg>
          )}
        </div>
      </div>
    </section>
  );
}

function GraphBar({ zoom, nearer, farther, fit }: Pick<Zoom, 'zoom' | 'nearer' | 'farther' | 'fit'>): ReactNode {
  return (
    <div className="graph-bar">
      <span className="quiet grow">Arrow keys go from box to box.</span>
      <button type="button" className="button is-plain is-small" title="Show all (0)" onClick={fit}>
        Show all
      </button>
      <button type="button" className="button is-plain is-icon is-small" aria-label="Farther" title="Farther (−)" onClick={farther}>
        <Icon name="minus" />
      </button>
      <output className="quiet" aria-label="Size">
        {Math.round(zoom * 100)} %
      </output>
      <button type="button" className="button is-plain is-icon is-small" aria-label="Nearer" title="Nearer (+)" onClick={nearer}>
        <Icon name="plus" />
      </button>
    </div>
  );
}

/** Scrolls the pane alone, and not the page, so far that a task is in it. */
function showIn(pane: HTMLDivElement | null, node: SVGElement | null | undefined): void {
  if (pane === null || node == null) return;
  const [seen, all] = [node.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (seen.left >= all.left && seen.right <= all.right && seen.top >= all.top && seen.bottom <= all.bottom) return;
  pane.scrollBy(seen.left - all.left - (all.width - seen.width) / 2, seen.top - all.top - (all.height - seen.height) / 2);
}

interface DrawingProps {
  readonly layout: Layout;
  readonly chosen: string | null;
  /** The task that is looked at: what it waits for and what waits for it stands out. */
  readonly about: string | null;
  /** Which one the tab key comes to, where it is there; the arrow keys go on from it. */
  readonly first: string | null;
}

const Drawing = memo(function Drawing({ layout, chosen, about, first }: DrawingProps): ReactNode {
  const near = new Set(layout.edges.flatMap(({ from, to }) => (from === about ? [to] : to === about ? [from] : [])));
  const start = layout.nodes.some(({ task }) => task.id === first) ? first : layout.nodes[0]?.task.id;
  return (
    <>
      <Bands layout={layout} />
      {layout.edges.map((edge) => (
        <Line key={`${edge.from} ${edge.to}`} path={edge.path} isNear={edge.from === about || edge.to === about} />
      ))}
      {layout.nodes.map(({ task, x, y }) => (
        <Box
          key={task.id}
          {...{ x, y }}
          id={task.id}
          title={task.title}
          note={task.note}
          status={task.status}
          after={task.dependsOn.join(', ')}
          isChosen={task.id === chosen}
          isNear={near.has(task.id)}
          isFirst={task.id === start}
        />
      ))}
    </>
  );
});

/** The task that something on the page belongs to. */
function idAt(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest<SVGElement>('[data-node]')?.dataset['node'] ?? null) : null;
}

const Bands = memo(function Bands({ layout: { bands, width } }: { readonly layout: Layout }): ReactNode {
  return (
    <>
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8z" />
        </marker>
      </defs>
      {bands.map(({ id, title, y, height }) => (
        <g key={id} className="band">
          <rect y={y} width={width} height={height} rx={10} />
          <text x={16} y={y + 25}>
            {linesOf(title, Math.floor(width / 8))[0] ?? ''}
          </text>
        </g>
      ))}
    </>
  );
});

const Line = memo(function Line({ path, isNear }: Pick<Edge, 'path'> & { readonly isNear: boolean }): ReactNode {
  return <path className={isNear ? 'edge is-near' : 'edge'} d={path} markerEnd="url(#arrow)" />;
});

/** Words and flags alone, so that only what changes is drawn again. */
interface BoxProps {
  readonly x: number;
  readonly y: number;
  readonly id: string;
  readonly title: string;
  readonly note: string | undefined;
  readonly status: Task['status'];
  /** Ids of what it waits for, as a list in words. */
  readonly after: string;
  readonly isChosen: boolean;
  readonly isNear: boolean;
  readonly isFirst: boolean;
}

const Box = memo(function Box({ x, y, id, title, note, status, after, isChosen, isNear, isFirst }: BoxProps): ReactNode {
  return (
    <g
      className={`node is-${status}${isChosen ? ' is-chosen' : ''}${isNear ? ' is-near' : ''}`}
      transform={`translate(${x} ${y})`}
      role="button"
      tabIndex={isFirst ? 0 : -1}
      aria-label={[title, note, after === '' ? undefined : `after ${after}`].filter((words) => words !== undefined).join(', ')}
      aria-pressed={isChosen}
      data-node={id}
    >
      <title>{title}</title>
      <rect width={NODE.width} height={NODE.height} rx={7} />
      <BoxText title={title} note={note} />
    </g>
  );
});

function BoxText({ title, note }: Pick<BoxProps, 'title' | 'note'>): ReactNode {
  const words = linesOf(title, LINE_CHARS);
  const lines = note === undefined ? words.slice(0, 2) : [words.length > 1 ? `${words[0]} …` : (words[0] ?? ''), note];
  return (
    <text x={12} y={lines.length === 1 ? 27 : 19}>
      {lines.map((line, index) => (
        // A line is known by its number alone.
        // oxlint-disable-next-line react/no-array-index-key
        <tspan key={index} x={12} dy={index === 0 ? 0 : 16}>
          {/* Read as one text, the lines are words apart. */}
          {`${line} `}
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
