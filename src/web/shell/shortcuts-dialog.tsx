/** What the keyboard does. */
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { Icon } from '../parts/icon.tsx';
import '../styles/new.css';

const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Anywhere',
    [
      ['/', 'Search plans'],
      ['n', 'New plan'],
      ['p', 'All plans'],
      ['i', 'Insights'],
      ['?', 'This list'],
    ],
  ],
  ['In a plan', [['1 to 5', 'Plan, Edit, Review, Execution, History']]],
  [
    'In the editor',
    [
      ['Ctrl S', 'Save'],
      ['Space', 'Pick up and put down what the grip belongs to'],
      ['↑ ↓', 'Move what is picked up'],
      ['Esc', 'Put it back'],
    ],
  ],
  ['In a new plan', [['Ctrl Enter', 'Generate or create']]],
];

interface ShortcutsDialogProps {
  readonly isOn: boolean;
  readonly change: (on: boolean) => void;
  readonly close: () => void;
}

export function ShortcutsDialog({ isOn, change, close }: ShortcutsDialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog is-narrow" aria-labelledby="shortcuts" onClose={close}>
      <header>
        <h2 id="shortcuts" className="grow">
          Keyboard shortcuts
        </h2>
        <button type="button" className="button is-plain is-icon" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="cross" />
        </button>
      </header>
      <div className="dialog-body">
        {KEYS.map(([where, keys]) => (
          <section key={where} className="stack">
            <h3>{where}</h3>
            <dl className="key-list">
              {keys.map(([key, words]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{words}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <footer>
        <label className="check grow">
          <input type="checkbox" checked={isOn} onChange={({ target }) => change(target.checked)} />
          <span>Single keys do something</span>
        </label>
      </footer>
    </dialog>
  );
}
