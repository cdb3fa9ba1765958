import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

import { compressed } from './build/compress.ts';
import { iconSprite } from './build/icon-sprite.ts';

export default defineConfig({
  base: '/static/',
  publicDir: 'public',
  // Plotly's sources are written for Node's names of these.
  define: { global: 'globalThis', 'process.env.NODE_DEBUG': 'undefined' },
  // Plotly brings the style sheet of its maps, which the studio does not have.
  resolve: {
    alias: { 'maplibre-gl/dist/maplibre-gl.css': fileURLToPath(new URL('build/empty.css', import.meta.url)) },
  },
  plugins: [iconSprite('src/icons'), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox125', 'safari17.5'],
    rolldownOptions: { input: 'src/main.ts' },
  },
});
