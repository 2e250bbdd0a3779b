/** Which gates a repository suggests by what stands in its root: for `plans init`. */
import type { GateConfig } from '../core/config.ts';
import type { GateResult } from '../core/outcome.ts';
import { detectMake, mergeMake } from './detect/make.ts';
import { detectNode } from './detect/node.ts';
import { detected, KINDS, openProject, type DetectedGate, type Findings, type Project } from './detect/project.ts';
import { detectPython } from './detect/python.ts';

export type { DetectedGate } from './detect/project.ts';

/** What was found. */
export interface Detection {
  /** In the order in which they should run: what answers fast comes first. Names are unique. */
  readonly gates: readonly DetectedGate[];
  /** What was seen and is not proposed, as sentences. */
  readonly notes: readonly string[];
}

/** Looks at package.json, Makefile, Cargo, Go and Python files in `root`; several may be there at once. Runs nothing. */
export function detectGates(root: string): Detection {
  const project = openProject(root);
  const findings = [detectNode, detectRust, detectGo, detectPython].map((detect) => detect(project));
  const merged = mergeMake(
    findings.flatMap(({ gates }) => gates),
    detectMake(project),
  );
  const ordered = KINDS.flatMap((kind) => merged.filter((gate) => gate.kind === kind));
  return { gates: ordered, notes: findings.flatMap(({ notes }) => notes) };
}

/** Runs each gate once, one after the other, on the tree as it is. */
export async function baseline(
  gates: readonly DetectedGate[],
  run: (gate: GateConfig) => Promise<GateResult>,
): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  for (const { gate } of gates) results.push(await run(gate));
  return results;
}

function detectRust(project: Project): Findings {
  if (!project.has('Cargo.toml')) return { gates: [], notes: [] };
  const manifest = project.text('Cargo.toml');
  const all = /^\[workspace\]/m.test(manifest) ? ' --workspace' : '';
  const gates: DetectedGate[] = [];
  if (project.has('rustfmt.toml') || project.has('.rustfmt.toml')) {
    gates.push(detected('format', 'cargo-fmt', `cargo fmt${all === '' ? '' : ' --all'} --check`, 'rustfmt.toml'));
  }
  const clippy = project.has('clippy.toml') || project.has('.clippy.toml') || /^\[(?:workspace\.)?lints\.clippy\]/m.test(manifest);
  // Clippy checks all that `cargo check` does.
  if (clippy) gates.push(detected('lint', 'clippy', `cargo clippy${all} --all-targets`, 'Cargo.toml, clippy'));
  else gates.push(detected('types', 'cargo-check', `cargo check${all} --all-targets`, 'Cargo.toml'));
  gates.push(detected('test', 'cargo-test', `cargo test${all}`, 'Cargo.toml'));
  return { gates, notes: [] };
}

function detectGo(project: Project): Findings {
  if (!project.has('go.mod')) {
    const notes = project.has('go.work')
      ? ['go.work without a go.mod beside it: add a gate per module, such as `cd module && go test ./...`.']
      : [];
    return { gates: [], notes };
  }
  const lint = ['.golangci.yml', '.golangci.yaml', '.golangci.toml', '.golangci.json'].find((name) => project.has(name));
  return {
    gates: [
      detected('types', 'go-vet', 'go vet ./...', 'go.mod'),
      ...(lint === undefined ? [] : [detected('lint', 'golangci-lint', 'golangci-lint run', lint)]),
      detected('test', 'go-test', 'go test ./...', 'go.mod'),
    ],
    notes: [],
  };
}
