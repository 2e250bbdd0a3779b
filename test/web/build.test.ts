import { globSync, readFileSync } from 'node:fs';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { join, resolve } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { HistoryShape, IterationShape, PatchShape, StatisticsShape } from '../../src/server/shape-figures.ts';
import type * as server from '../../src/server/shape.ts';
import type { StreamEvent as ServerStreamEvent } from '../../src/server/shape-events.ts';
import type * as web from '../../src/web/api/shapes.ts';
import type { LeftoversShape, PutAwayShape } from '../../src/server/routes/leftovers.ts';
import { builtDashboard } from './built.ts';

/** Bytes of script, compressed, that a browser loads before it shows the first page. */
const MAX_FIRST_LOAD = 150 * 1024;

describe('the built dashboard', () => {
  it('loads little before it shows the first page, and nothing from elsewhere', async () => {
    const folder = await builtDashboard();
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:/);
    const loaded = new Set<string>();
    const add = (path: string): void => {
      if (loaded.has(path)) return;
      loaded.add(path);
      const text = readFileSync(join(folder, path), 'utf8');
      for (const [, name] of text.matchAll(/(?:^|[;}\n])(?:import|export)[^'"();]*["']\.\/([^"']+\.js)["']/g)) add(`assets/${name}`);
    };
    for (const [, path] of html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)) add(path ?? '');
    expect(loaded.size).toBeGreaterThan(0);
    const bytes = [...loaded].reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0);
    expect(bytes).toBeLessThan(MAX_FIRST_LOAD);
    // Each of them is there in Brotli too, and says the same.
    for (const path of loaded) {
      const [plain, packed] = [readFileSync(join(folder, path)), readFileSync(join(folder, `${path}.br`))];
      expect(brotliDecompressSync(packed).equals(plain)).toBe(true);
      expect(packed.length).toBeLessThan(gzipSync(plain).length);
    }
    expect(globSync('assets/*', { cwd: folder }).filter((name) => !/-[\w-]{8}\.(?:js|css)(?:\.br)?$/.test(name))).toEqual([]);
  });

  it('imports of the core and of itself alone', () => {
    const root = resolve(import.meta.dirname, '../../src/web');
    const outside = globSync('**/*.{ts,tsx}', { cwd: root }).flatMap((name) =>
      [...readFileSync(join(root, name), 'utf8').matchAll(/from '((?:\.\.\/)+)([\w-]+)\//g)]
        .filter(([, ups, folder]) => (ups ?? '').length / 3 > name.split('/').length - 1 && folder !== 'core')
        .map(([text]) => `${name}: ${text}`),
    );
    expect(outside).toEqual([]);
  });

  it('expects of the API what the server answers', () => {
    expectTypeOf<server.PlanDetail>().toExtend<web.PlanDetail>();
    expectTypeOf<z.infer<typeof server.JobEventsShape>>().toExtend<web.JobEvents>();
    expectTypeOf<server.Execution>().toExtend<web.Execution>();
    expectTypeOf<server.Attempt>().toExtend<web.Attempt>();
    expectTypeOf<server.RepositoryShape>().toExtend<web.Repository>();
    expectTypeOf<z.infer<typeof PatchShape>>().toExtend<web.Patch>();
    expectTypeOf<ServerStreamEvent>().toExtend<web.StreamEvent>();
    expectTypeOf<server.Job>().toExtend<web.Job>();
    expectTypeOf<z.infer<typeof LeftoversShape>>().toExtend<web.Leftovers>();
    expectTypeOf<z.infer<typeof PutAwayShape>>().toExtend<web.PutAway>();
    expectTypeOf<z.infer<typeof HistoryShape>>().toExtend<web.PlanHistory>();
    expectTypeOf<z.infer<typeof IterationShape>>().toExtend<web.IterationDetail>();
    expectTypeOf<z.infer<typeof StatisticsShape>>().toExtend<web.Statistics>();
    expect.assertions(0);
  });
});
