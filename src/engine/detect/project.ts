/** What detection looks at: the names in the repository's root, and the text of the few files that matter. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GateConfig } from '../../core/config.ts';

/** The order in which gates run: what answers fast comes first. */
export const KINDS = ['format', 'types', 'lint', 'test', 'build'] as const;
export type Kind = (typeof KINDS)[number];

/** A gate that the repository itself suggests. */
export interface DetectedGate {
  readonly gate: GateConfig;
  readonly kind: Kind;
  /** Where it comes from, for people: `package.json, script "test"`. */
  readonly source: string;
}

/** What one ecosystem suggests, and what it does not suggest, as sentences. */
export interface Findings {
  readonly gates: readonly DetectedGate[];
  readonly notes: readonly string[];
}

/** The root of a repository, as detection sees it. */
export interface Project {
  /** Whether a file or folder of this name stands in the root. */
  has(name: string): boolean;
  /** The names in the root, or in a folder below it; empty where there is none. */
  names(folder?: string): readonly string[];
  /** The file's text; empty where it cannot be read. */
  text(name: string): string;
}

/** Reads `root` once; files are read as they are asked for. */
export function openProject(root: string): Project {
  const names = (folder = ''): readonly string[] => {
    try {
      return readdirSync(join(root, folder));
    } catch {
      return [];
    }
  };
  const top = new Set(names());
  return {
    has: (name) => top.has(name),
    names,
    text(name) {
      if (!top.has(name)) return '';
      try {
        return readFileSync(join(root, name), 'utf8');
      } catch {
        return '';
      }
    },
  };
}

/** Generous: a gate that is ended too early is a failed attempt. */
const TIMEOUTS: Readonly<Record<Kind, string>> = { format: '5m', types: '10m', lint: '10m', test: '20m', build: '20m' };

/** A detected gate with the timeout of its kind. */
export function detected(kind: Kind, name: string, run: string, source: string): DetectedGate {
  return { kind, source, gate: { name, run, timeout: TIMEOUTS[kind] } };
}
