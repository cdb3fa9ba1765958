import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { Plugin } from 'vite';

/** Make one `<symbol>` of an icon's SVG text, without the attributes that styles set. */
export function symbol(name: string, svg: string): string {
  const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1];
  if (inner === undefined) throw new Error(`The icon ${name} is not an SVG image.`);
  const shapes = inner
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

/** Emit `icons.svg`: every image of `folder` as a symbol named like its file. */
export function iconSprite(folder: string): Plugin {
  return {
    name: 'icon-sprite',
    generateBundle() {
      const files = readdirSync(folder).filter((file) => file.endsWith('.svg'));
      const symbols = files
        .sort()
        .map((file) => symbol(basename(file, '.svg'), readFileSync(join(folder, file), 'utf8')));
      this.emitFile({
        type: 'asset',
        name: 'icons.svg',
        originalFileName: 'icons.svg',
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`,
      });
    },
  };
}
