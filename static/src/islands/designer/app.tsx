import { ReactFlowProvider } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';

import { isTyping } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { Icon } from '../pipeline-graph/icon.tsx';
import { Canvas, type CanvasHandle } from './canvas/canvas.tsx';
import { Deeds } from './canvas/deeds.ts';
import { Checks } from './checks/list.tsx';
import type { Declaration } from './core/palette.ts';
import type { DraftStore } from './core/store.ts';
import { useDraft } from './hooks.ts';
import { Palette } from './palette/palette.tsx';
import { Properties } from './properties/panel.tsx';
import { addShortcuts } from './shortcuts.ts';
import { Toolbar } from './toolbar.tsx';
import type { RunWatch } from './watch/watch.ts';

export interface AppProps {
  store: DraftStore;
  watch: RunWatch;
  searchUrl: string;
  yamlUrl: string;
  pythonUrl: string;
}

const WIDE = '(min-width: 62rem)';

export function App({ store, watch, searchUrl, yamlUrl, pythonUrl }: AppProps): ReactElement {
  const deeds = useMemo(() => new Deeds(store), [store]);
  const [isPaletteOpen, setIsPaletteOpen] = useState(() => matchMedia(WIDE).matches && store.canEdit);
  const [arePropertiesOpen, setArePropertiesOpen] = useState(() => matchMedia(WIDE).matches);
  const [isChecking, setIsChecking] = useState(false);
  const canvas = useRef<CanvasHandle | null>(null);
  const palette = useRef<HTMLElement>(null);
  const properties = useRef<HTMLElement>(null);
  const wanted = useRef<'palette' | 'properties' | null>(null);
  const name = useDraft(store, (one) => one.name);
  const jumped = useDraft(store, (one) => one.jumped);

  const onReady = useCallback((handle: CanvasHandle | null) => void (canvas.current = handle), []);

  /** The focus goes to what was asked for, once it is there. */
  useEffect(() => {
    const host = wanted.current === 'palette' ? palette.current : wanted.current ? properties.current : null;
    wanted.current = null;
    host?.querySelector<HTMLElement>('input, select, textarea, [role="tab"], button')?.focus();
  });
  const [, ask] = useState(0);
  const focusOn = useCallback((part: 'palette' | 'properties'): void => {
    wanted.current = part;
    if (part === 'palette') setIsPaletteOpen(true);
    else setArePropertiesOpen(true);
    ask((count) => count + 1);
  }, []);

  useEffect(() => {
    if (jumped.count) setArePropertiesOpen(true);
  }, [jumped]);

  useEffect(() => addShortcuts(deeds, () => focusOn('palette')), [deeds, focusOn]);

  useEffect(() => {
    const isOurs = (): boolean =>
      !isTyping(document.activeElement) && !document.querySelector('dialog[open]') && !getSelection()?.toString();
    const onCopy = (event: ClipboardEvent): void => {
      const text = isOurs() ? deeds.copy() : null;
      if (text === null) return;
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
      if (event.type === 'cut') deeds.remove(store.selection, []);
    };
    const onPaste = (event: ClipboardEvent): void => {
      const text = event.clipboardData?.getData('text/plain');
      if (!text || !isOurs()) return;
      const seen = canvas.current?.isSeen ?? (() => true);
      if (deeds.paste(text, seen, canvas.current?.middle() ?? [0, 0])) event.preventDefault();
    };
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [deeds, store]);

  const add = (declared: Declaration): void => {
    if (!store.canEdit) return;
    deeds.add(declared, canvas.current?.middle() ?? [0, 0]);
  };

  return (
    <div
      className={`designer${isPaletteOpen ? ' has-palette' : ''}${arePropertiesOpen ? ' has-properties' : ''}`}
      onKeyDown={(event) => {
        // Escape leads back to the canvas, from wherever somebody is.
        if (event.key === 'Escape' && !event.defaultPrevented) canvas.current?.focus();
      }}
    >
      <Toolbar
        store={store}
        watch={watch}
        deeds={deeds}
        yamlUrl={yamlUrl}
        pythonUrl={pythonUrl}
        isChecking={isChecking}
        onChecks={() => setIsChecking(!isChecking)}
        onArrange={() => {
          deeds.arrange();
          requestAnimationFrame(() => canvas.current?.fit());
        }}
        onFrame={() => deeds.frame(canvas.current?.middle() ?? [0, 0])}
      />
      {isChecking && (
        <section className="designer-checks" aria-label={t('Checks')}>
          <Checks store={store} onJump={() => setArePropertiesOpen(true)} />
        </section>
      )}
      <aside className="designer-side designer-palette" aria-label={t('Palette')} ref={palette}>
        <Fold
          label={t('Palette')}
          icon="plus"
          isOpen={isPaletteOpen}
          onClick={() => setIsPaletteOpen(!isPaletteOpen)}
        />
        {isPaletteOpen && <Palette store={store} searchUrl={searchUrl} onAdd={add} />}
      </aside>
      <ReactFlowProvider>
        <Canvas
          store={store}
          deeds={deeds}
          label={t('Canvas of {name}', { name })}
          onReady={onReady}
          onProperties={() => focusOn('properties')}
        />
      </ReactFlowProvider>
      <aside className="designer-side designer-right" aria-label={t('Properties')}>
        <Fold
          label={t('Properties')}
          icon="adjustments"
          isOpen={arePropertiesOpen}
          onClick={() => setArePropertiesOpen(!arePropertiesOpen)}
        />
        <section ref={properties} hidden={!arePropertiesOpen}>
          <Properties store={store} watch={watch} />
        </section>
      </aside>
    </div>
  );
}

function Fold(props: { label: string; icon: string; isOpen: boolean; onClick: () => void }): ReactElement {
  return (
    <button
      type="button"
      className="designer-fold btn btn-sm btn-ghost"
      aria-expanded={props.isOpen}
      title={props.label}
      onClick={props.onClick}
    >
      <Icon name={props.isOpen ? 'minus' : props.icon} className="icon-sm" />
      <span className={props.isOpen ? '' : 'visually-hidden'}>{props.label}</span>
    </button>
  );
}
