import { defineConfig } from 'vite';

import { compressed } from './build/compress.ts';
import { iconSprite } from './build/icon-sprite.ts';

export default defineConfig({
  base: '/static/',
  publicDir: 'public',
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
