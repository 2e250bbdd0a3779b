/** The dashboard: from `src/web` into `dist/web`, where `plans serve` finds it. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/web',
  logLevel: 'warn',
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    // Every page names its parts itself; a script in the page that preloads them would be refused by the server's policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:4280', changeOrigin: true } } },
});
