/** The formats that are read, and which of them a file is in. */
import { isBacklog, readBacklog } from './backlog.ts';
import { isBeads, readBeads } from './beads.ts';
import { isGsd, readGsd } from './gsd.ts';
import type { Imported, SourceFile } from './imported.ts';
import { isKiro, readKiro } from './kiro.ts';
import { isOpenSpec, readOpenSpec } from './openspec.ts';
import { readMarkdown } from './plain.ts';
import { isRalphex, readRalphex } from './ralphex.ts';
import { isSpecKit, readSpecKit } from './spec-kit.ts';
import { isTaskMaster, readTaskMaster } from './task-master.ts';

export interface Format {
  readonly name: string;
  /** As people know it. */
  readonly title: string;
  /** Where its tool keeps its files: what lies there is in this format, whatever it looks like. */
  readonly home: RegExp | null;
  /** Whether a file elsewhere is in it. */
  readonly detect: (file: SourceFile) => boolean;
  /** One list: of one file, but for the formats with a file for each task. */
  readonly read: (files: readonly SourceFile[]) => Imported;
  /** Which files of a folder make up one list. */
  readonly belongs: RegExp;
  /** Whether all those files make up one list; else each is a list of its own. */
  readonly together: boolean;
  /** Whether such a file can be carried out where it is. */
  readonly inPlace: boolean;
}

/** A reader of one file as a reader of the list that it is. */
function single(read: (file: SourceFile) => Imported): Format['read'] {
  return ([file]) => (file === undefined ? { title: null, description: '', phases: [], losses: [] } : read(file));
}

/** The first that detects a file counts; the last takes any Markdown. */
export const FORMATS: readonly Format[] = [
  {
    name: 'beads',
    title: 'beads issues',
    home: /(?:^|\/)\.beads\/[^/]+\.jsonl$/,
    detect: isBeads,
    read: single(readBeads),
    belongs: /(?:^|\/)(?:issues|beads)\.jsonl$/,
    together: false,
    inPlace: false,
  },
  {
    name: 'task-master',
    title: 'Task Master tasks.json',
    home: /(?:^|\/)\.taskmaster\/.*\.json$/,
    detect: isTaskMaster,
    read: single(readTaskMaster),
    belongs: /(?:^|\/)tasks\.json$/,
    together: false,
    inPlace: false,
  },
  {
    name: 'gsd',
    title: 'GSD plan',
    home: /(?:^|\/)\.planning\/.*PLAN\.md$/,
    detect: isGsd,
    read: readGsd,
    belongs: /(?:^|[/-])(?:PLAN|SUMMARY)\.md$/,
    together: true,
    inPlace: false,
  },
  {
    name: 'backlog',
    title: 'Backlog.md tasks',
    home: /(?:^|\/)backlog\/(?:.*\/)?(?:tasks|completed|drafts)\/.*\.md$/,
    detect: isBacklog,
    read: readBacklog,
    belongs: /(?:^|\/)(?:tasks|completed|drafts)\/.*\.md$/,
    together: true,
    inPlace: false,
  },
  {
    name: 'spec-kit',
    title: 'spec-kit tasks.md',
    home: /(?:^|\/)specs\/\d{3,}-[^/]+\/tasks\.md$/,
    detect: ({ text }) => isSpecKit(text),
    read: single(readSpecKit),
    belongs: /(?:^|\/)tasks\.md$/,
    together: false,
    inPlace: true,
  },
  {
    name: 'ralphex',
    title: 'ralphex plan',
    home: null,
    detect: ({ text }) => isRalphex(text),
    read: single(readRalphex),
    belongs: /\.md$/,
    together: false,
    inPlace: false,
  },
  {
    name: 'kiro',
    title: 'Kiro tasks.md',
    home: /(?:^|\/)\.kiro\/specs\/.*\.md$/,
    detect: ({ text }) => isKiro(text),
    read: single(readKiro),
    belongs: /(?:^|\/)tasks\.md$/,
    together: false,
    inPlace: true,
  },
  {
    name: 'openspec',
    title: 'OpenSpec tasks.md',
    home: /(?:^|\/)openspec\/changes\/.*\.md$/,
    detect: ({ text }) => isOpenSpec(text),
    read: single(readOpenSpec),
    belongs: /(?:^|\/)tasks\.md$/,
    together: false,
    inPlace: true,
  },
  {
    name: 'markdown',
    title: 'Markdown list',
    home: null,
    detect: () => true,
    read: single(readMarkdown),
    belongs: /\.md$/,
    together: false,
    inPlace: false,
  },
];

/** The format that a file is in. */
export function detectFormat(file: SourceFile): Format {
  return (FORMATS.find(({ home }) => home?.test(file.path)) ?? FORMATS.find(({ detect }) => detect(file))) as Format;
}
