/** Two have changed the plan at once: what the other one did, and a person's word on both. */
import { useMemo, useState, type ReactNode } from 'react';
import { patchOf } from '../../core/line-diff.ts';
import { mergeRegions, type MergeRegion } from '../../core/merge.ts';
import { useData } from '../api/cache.ts';
import type { Plan, PlanHistory } from '../api/shapes.ts';
import { Age } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { PatchLines } from '../parts/patch.tsx';
import { apiPath } from '../state/route.ts';
import { merged, type Draft, type Saved } from './draft.ts';
import type { Editing } from './editing.ts';

interface ConflictProps {
  readonly editing: Editing;
  readonly draft: Draft & { readonly theirs: Saved };
  readonly plan: Plan;
}

export function ConflictBox({ editing, draft, plan }: ConflictProps): ReactNode {
  const { saved, theirs } = draft;
  const both = useMemo(() => merged(draft), [draft]);
  const theirPatch = useMemo(() => patchOf(saved.text, theirs.text), [saved.text, theirs.text]);
  const myPatch = useMemo(() => patchOf(saved.text, draft.text), [saved.text, draft.text]);
  const [isChoosing, setChoosing] = useState(false);
  return (
    <section className="card conflict" aria-label="Changed meanwhile" role="alert">
      <div className="notice is-paused">
        <Icon name="warning" />
        <div>
          <h2>The plan was changed meanwhile</h2>
          <p>
            <ChangedBy plan={plan} /> Your changes are not saved, and nothing of them is lost.
          </p>
        </div>
      </div>
      <div className="sides">
        <div>
          <h3>Mine</h3>
          <PatchLines patch={myPatch} label="What you have changed" />
        </div>
        <div>
          <h3>Theirs</h3>
          <PatchLines patch={theirPatch} label="What they have changed" />
        </div>
      </div>
      {isChoosing && both === null ? (
        <Chooser draft={draft} settle={(text) => editing.settle(text)} />
      ) : (
        <div className="row">
          <button type="button" className="button is-main" onClick={() => (both === null ? setChoosing(true) : editing.settle(both))}>
            {both === null ? 'Choose where they differ' : 'Bring both together'}
          </button>
          <button type="button" className="button" onClick={() => editing.settle(draft.text)}>
            Keep mine
          </button>
          <button type="button" className="button" onClick={() => editing.settle(theirs.text)}>
            Take theirs
          </button>
          <span className="quiet">Whatever you choose, Undo brings your text back.</span>
        </div>
      )}
    </section>
  );
}

function ChangedBy({ plan }: Pick<ConflictProps, 'plan'>): ReactNode {
  const history = useData<PlanHistory>(apiPath('plans', plan.id, '/history')).data;
  const latest = history?.iterations[0];
  if (plan.status === 'running') return 'A run writes into it what it has done.';
  if (history === null || latest === undefined || history.uncommitted !== null)
    return 'Its file says something else, which no commit has yet.';
  return (
    <>
      {latest.authorName}: {latest.subject} (<Age time={latest.createdAt} />
      ).
    </>
  );
}

type Choice = 'mine' | 'theirs' | 'both';
const CHOICES: readonly (readonly [Choice, string])[] = [
  ['mine', 'Mine'],
  ['theirs', 'Theirs'],
  ['both', 'Both'],
];

interface ChooserProps {
  readonly draft: Draft & { readonly theirs: Saved };
  readonly settle: (text: string) => void;
}

function Chooser({ draft: { saved, text, theirs }, settle }: ChooserProps): ReactNode {
  const regions = useMemo(() => mergeRegions(saved.text, text, theirs.text), [saved.text, text, theirs.text]);
  const [choices, setChoices] = useState<Readonly<Record<number, Choice>>>({});
  const open = regions.filter(({ type }, index) => type === 'conflict' && choices[index] === undefined).length;
  return (
    <>
      {regions.map(
        (region, index) =>
          region.type === 'conflict' && (
            // A stretch is known by its place alone.
            // oxlint-disable-next-line react/no-array-index-key
            <fieldset key={index} className="choice">
              <legend className="visually-hidden">Lines that both have changed</legend>
              <div className="sides">
                <div>
                  <h4>Mine</h4>
                  <pre tabIndex={0} aria-label="Mine">
                    {region.ours === '' ? '(removed)' : region.ours}
                  </pre>
                </div>
                <div>
                  <h4>Theirs</h4>
                  <pre tabIndex={0} aria-label="Theirs">
                    {region.theirs === '' ? '(removed)' : region.theirs}
                  </pre>
                </div>
              </div>
              <div className="row">
                {CHOICES.map(([choice, words]) => (
                  <label key={choice} className="check">
                    <input
                      type="radio"
                      name={`region-${index}`}
                      checked={choices[index] === choice}
                      onChange={() => setChoices({ ...choices, [index]: choice })}
                    />
                    <span>{words}</span>
                  </label>
                ))}
              </div>
            </fieldset>
          ),
      )}
      <div className="row">
        <button
          type="button"
          className="button is-main"
          disabled={open > 0}
          onClick={() => settle(regions.map((each, at) => chosen(each, choices[at])).join(''))}
        >
          Use this
        </button>
        {open > 0 && <span className="quiet">{open} to choose</span>}
      </div>
    </>
  );
}

function chosen(region: MergeRegion, choice: Choice | undefined): string {
  if (region.type === 'agreed') return region.text;
  if (choice === 'theirs') return region.theirs;
  return choice === 'both' ? region.ours + region.theirs : region.ours;
}
