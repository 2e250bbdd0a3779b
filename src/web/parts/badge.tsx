/** A status as a sign and a word. */
import type { ReactNode } from 'react';
import { STATUS_WORDS, type BadgeKind } from '../state/words.ts';
import { Icon, type IconName } from './icon.tsx';

const ICONS: Readonly<Record<BadgeKind, IconName>> = {
  draft: 'draft',
  ready: 'play',
  running: 'circle',
  paused: 'pause',
  completed: 'check',
  failed: 'cross',
  invalid: 'warning',
  pending: 'circle',
  skipped: 'skip',
};

export function Badge({ kind, words = STATUS_WORDS[kind] }: { readonly kind: BadgeKind; readonly words?: string }): ReactNode {
  return (
    <span className={`badge is-${kind}`} data-status={kind}>
      {kind === 'running' ? <span className="pulse" aria-hidden="true" /> : <Icon name={ICONS[kind]} />}
      {words}
    </span>
  );
}

/** The status of a task or a phase where there is no room for its word. */
export function Mark({ kind }: { readonly kind: BadgeKind }): ReactNode {
  return (
    <span className={`mark is-${kind}`} data-status={kind} role="img" aria-label={STATUS_WORDS[kind]} title={STATUS_WORDS[kind]}>
      {kind === 'running' ? <span className="pulse" /> : kind === 'pending' ? null : <Icon name={ICONS[kind]} />}
    </span>
  );
}
