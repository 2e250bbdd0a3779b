/** What a commit, or a run, has changed: file by file, as lines. */
import { memo, useMemo, useState, type CSSProperties, type ReactNode } from 'react';
import { useData } from '../api/cache.ts';
import type { FilePatch, Patch } from '../api/shapes.ts';
import { patchLines, plansLast, sizeOf, type PatchLine } from '../state/patch.ts';
import { countOf } from '../state/words.ts';
import { Refused, Skeleton } from './basics.tsx';
import { useGrowing } from './growing.ts';
import '../styles/patch.css';

/** A file with more changed lines is folded until somebody wants to see it. */
const OPEN_LINES = 300;
/** Of more files only the first are open. */
const OPEN_FILES = 20;

const SIGNS = { hunk: '', same: ' ', gone: '−', new: '+', note: '' } as const;
const STATES: Readonly<Record<FilePatch['status'], string>> = { added: 'new', modified: 'changed', deleted: 'deleted' };

/** The diff that a path of the API answers. */
export function PatchAt({ path }: { readonly path: string }): ReactNode {
  const { data, problem } = useData<Patch>(path);
  if (data === null) return problem === null ? <Skeleton rows={1} /> : <Refused problem={problem} />;
  return <PatchView patch={data} />;
}

function PatchView({ patch: { files, left } }: { readonly patch: Patch }): ReactNode {
  const added = files.reduce((sum, { additions }) => sum + additions, 0);
  const gone = files.reduce((sum, { deletions }) => sum + deletions, 0);
  return (
    <div className="patch">
      <p className="quiet">
        {countOf(files.length + left, 'file')} changed, <span className="is-added">+{added}</span> <span className="is-gone">−{gone}</span>
      </p>
      {plansLast(files).map((file, index) => (
        <FileView key={file.path} file={file} isOpen={index < OPEN_FILES && file.additions + file.deletions <= OPEN_LINES} />
      ))}
      {left > 0 && <p className="quiet">and {countOf(left, 'more file')}; git shows them all.</p>}
    </div>
  );
}

function FileView({ file, isOpen }: { readonly file: FilePatch; readonly isOpen: boolean }): ReactNode {
  const [open, setOpen] = useState(isOpen);
  return (
    <details className="card patch-file" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <code className="grow">{file.path}</code>
        <span className="quiet">{STATES[file.status]}</span>
        <span className="is-added">+{file.additions}</span>
        <span className="is-gone">−{file.deletions}</span>
      </summary>
      {open &&
        (file.patch === null ? (
          <p className="quiet">{file.reason === 'binary' ? 'Not a text.' : 'Too long to show.'}</p>
        ) : (
          <PatchLines patch={file.patch} />
        ))}
    </details>
  );
}

/** Lines that are drawn, or not drawn because they are out of sight, together. */
const PIECE = 120;
/** The height of a line, as the style sheet has it. */
const LINE_EM = 1.5;

/** A unified diff without its file names. */
export function PatchLines({ patch, label = 'Changed lines' }: { readonly patch: string; readonly label?: string }): ReactNode {
  const lines = useMemo(() => patchLines(patch), [patch]);
  const size = useMemo(() => sizeOf(lines), [lines]);
  const count = useGrowing(lines.length);
  const sheet = {
    '--digits': size.digits,
    '--columns': size.columns,
    ...(count < lines.length ? { minBlockSize: `${lines.length * LINE_EM}em` } : {}),
  } as CSSProperties;
  return (
    <div className="patch-lines" tabIndex={0} role="group" aria-label={label}>
      <div className="patch-sheet" style={sheet}>
        {Array.from({ length: Math.ceil(count / PIECE) }, (_, piece) => (
          // A piece is known by its place alone, as a line is.
          // oxlint-disable-next-line react/no-array-index-key
          <Piece key={piece} first={piece * PIECE} lines={lines} />
        ))}
      </div>
    </div>
  );
}

/** A table for itself: within one that is whole nothing could be left out of what is laid out. */
const Piece = memo(function Piece({ first, lines }: { readonly first: number; readonly lines: readonly PatchLine[] }): ReactNode {
  const own = lines.slice(first, first + PIECE);
  return (
    <div className="patch-piece" style={{ containIntrinsicBlockSize: `auto ${own.length * LINE_EM}em` }}>
      <table>
        <tbody>
          {own.map(({ type, before, after, text }, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index} className={`is-${type}`}>
              <td className="number">{before}</td>
              <td className="number">{after}</td>
              <td className="sign">{SIGNS[type]}</td>
              <td className="text">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});
