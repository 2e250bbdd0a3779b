/** The dashboard: from `src/web` into `dist/web`, where `plans serve` finds it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Beside each text what the server sends of it to a browser that takes Brotli: an eighth less than gzip, and made once, not with every request. */
const precompressed: Plugin = {
  name: 'precompressed',
  apply: 'build',
  writeBundle: ({ dir = '' }, bundle) => {
    for (const name of Object.keys(bundle).filter((each) => /\.(?:js|css|html)$/.test(each)))
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(readFileSync(join(dir, name))));
  },
};

export default defineConfig({
  root: 'src/web',
  logLevel: 'warn',
  plugins: [precompressed],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    // Every page names its parts itself; a script in the page that preloads them would be refused by the server's policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:4280', changeOrigin: true } } },
});
