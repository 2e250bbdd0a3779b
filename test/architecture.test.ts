import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');
/** From the inside out. A file imports from its own ring or from one further in. */
const RINGS: readonly (readonly string[])[] = [['core'], ['adapters'], ['engine'], ['commands', 'server', 'web'], ['cli.ts', 'index.ts']];
const CORE_LIBRARIES = /^(?:zod|yaml|node-diff3|unified|remark-parse|micromark.*|mdast.*)$/;

const files = globSync('**/*.{ts,tsx}', { cwd: SRC }).map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));
const ringOf = (name: string): number => RINGS.findIndex((ring) => ring.includes(name.split('/')[0] ?? ''));

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '');
}

describe('the rings', () => {
  it('hold every source file', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter(({ name }) => ringOf(name) < 0).map(({ name }) => name)).toEqual([]);
  });

  it('import inwards only', () => {
    const outward = files.flatMap(({ name, text }) =>
      importsOf(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => relative(SRC, resolve(SRC, dirname(name), specifier)))
        .filter(
          (target) =>
            ringOf(target) > ringOf(name) ||
            (ringOf(target) === ringOf(name) && RINGS[ringOf(name)]?.length !== 1 && target.split('/')[0] !== name.split('/')[0]),
        )
        .map((target) => `${name} → ${target}`),
    );
    expect(outward.filter((edge) => !edge.startsWith('cli.ts') && !edge.startsWith('index.ts'))).toEqual([]);
  });
});

describe('imports', () => {
  /** Types too: two files that need each other are one. What is loaded only when it is called is left out. */
  const targets = new Map(
    files.map(({ name, text }) => [
      name,
      [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s+'(\.[^']+)'/gm)].map(([, specifier]) =>
        relative(SRC, resolve(SRC, dirname(name), specifier ?? '')),
      ),
    ]),
  );

  it('go round in no circle', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const follow = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(' → '));
      if (done.has(name) || path.includes(name)) return;
      for (const target of targets.get(name) ?? []) follow(target, [...path, name]);
      done.add(name);
    };
    for (const name of targets.keys()) follow(name, []);
    expect([...targets.values()].flat().length).toBeGreaterThan(1000);
    expect(circles).toEqual([]);
  });
});

describe('what is large', () => {
  it.each(['@modelcontextprotocol/server', '@anthropic-ai/sdk', 'isomorphic-git'])(
    '%s is loaded when it is needed, and with nothing else',
    (library) => {
      const seen = new Set<string>();
      const reach = (name: string): void => {
        const text = files.find((file) => file.name === name)?.text;
        if (text === undefined || seen.has(name)) return;
        seen.add(name);
        const specifiers = [...text.matchAll(/^(?:import|export)\s(?!type\s)[^;]*?from\s+'([^']+)'/gm)].map(
          ([, specifier]) => specifier ?? '',
        );
        expect(specifiers.filter((specifier) => specifier.startsWith(library)).map((specifier) => `${name} → ${specifier}`)).toEqual([]);
        for (const specifier of specifiers.filter((one) => one.startsWith('.')))
          reach(relative(SRC, resolve(SRC, dirname(name), specifier)));
      };
      for (const entry of ['cli.ts', 'index.ts', 'commands/main.ts', 'commands/status.ts', 'server/serve.ts']) reach(entry);
      expect(seen.size).toBeGreaterThan(100);
    },
  );
});

describe('core', () => {
  const core = files.filter(({ name }) => name.startsWith('core/'));
  it.each(core)('$name is pure', ({ name, text }) => {
    const isOwn = (specifier: string) => specifier.startsWith('.') && resolve(SRC, dirname(name), specifier).startsWith(join(SRC, 'core/'));
    expect(importsOf(text).filter((specifier) => !isOwn(specifier) && !CORE_LIBRARIES.test(specifier))).toEqual([]);
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, '');
    const impure = /\b(?:async\b|await\b|process\.|Date\.now|new Date\(\)|Math\.random|console\.|setTimeout|fetch\()/g;
    expect(code.match(impure) ?? []).toEqual([]);
  });
});
