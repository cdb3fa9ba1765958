import { useImperativeHandle, useState, type KeyboardEvent, type ReactElement, type Ref, type RefObject } from 'react';
import { useReactFlow } from '@xyflow/react';

import { announce } from '../../../lib/dom.ts';
import { t } from '../../../lib/strings.ts';
import { toast } from '../../../lib/toasts.ts';
import { isArrow } from '../../pipeline-graph/core/walk.ts';
import { edgesOf, isFromNode, type FromNode } from '../core/document.ts';
import { portTitle, targetsOf, typeTitle, type InputEnd } from '../core/connecting.ts';
import type { DraftStore } from '../core/store.ts';
import { nextNode, readingOrder } from '../core/walk.ts';
import { Chooser, type Choice } from './chooser.tsx';
import type { Deeds } from './deeds.ts';

export interface KeysHandle {
  press: (event: KeyboardEvent) => void;
}

interface Props {
  ref: Ref<KeysHandle>;
  host: RefObject<HTMLDivElement | null>;
  store: DraftStore;
  deeds: Deeds;
  current: string | null;
  onCurrent: (key: string | null) => void;
  onProperties: () => void;
  onRemove: () => void;
}

interface Asked {
  title: string;
  choices: Choice[];
  onChoose: (id: string) => void;
  onAt?: (id: string) => void;
}

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [0, -10],
  ArrowDown: [0, 10],
  ArrowLeft: [-10, 0],
  ArrowRight: [10, 0],
};

/** Everything on the canvas by keyboard: walk, move, connect, remove. Shows the list of ports while one is connected. */
export function Keys({
  ref,
  host,
  store,
  deeds,
  current,
  onCurrent,
  onProperties,
  onRemove,
}: Props): ReactElement | null {
  const react = useReactFlow();
  const [asked, setAsked] = useState<Asked | null>(null);

  const walkTo = (key: string | null | undefined, isAdding: boolean): void => {
    if (!key) return;
    onCurrent(key);
    store.select(isAdding ? [...store.selection, key] : [key]);
    announce(spoken(store, deeds, key));
  };

  const done = (): void => {
    setAsked(null);
    host.current?.focus();
  };

  const chooseTarget = (from: FromNode): void => {
    const ends = targetsOf(store.document, store.catalog, from);
    if (!ends.length) {
      done();
      toast({ level: 'info', text: t('No node has an input that takes this.') });
      return;
    }
    const choices = ends.map((end, place) => ({
      id: String(place),
      label: `${deeds.nameOf(end.node)}: ${inputTitle(store, end)}`,
      hint: replaced(store, deeds, end),
    }));
    setAsked({
      title: t('Connect {name} with', { name: deeds.nameOf(from.node) }),
      choices,
      onAt: (id) => onCurrent(ends[Number(id)]?.node ?? null),
      onChoose: (id) => {
        const end = ends[Number(id)];
        if (end) deeds.connect(from, end);
        done();
      },
    });
  };

  const connect = (): void => {
    const node = current === null ? undefined : store.document.nodes[current];
    if (!node || current === null || !store.canEdit) return;
    const outputs = store.catalog.of(node)?.outputs ?? [];
    if (!outputs.length) {
      toast({
        level: 'info',
        text: t('{name} leaves nothing that could be connected.', { name: deeds.nameOf(current) }),
      });
      return;
    }
    if (outputs.length === 1) return chooseTarget({ node: current, output: outputs[0]?.name ?? '' });
    setAsked({
      title: t('Which output of {name}?', { name: deeds.nameOf(current) }),
      choices: outputs.map((port) => ({ id: port.name, label: portTitle(port), hint: typeTitle(port.type) })),
      onChoose: (output) => chooseTarget({ node: current, output }),
    });
  };

  const press = (event: KeyboardEvent): void => {
    if (event.target !== host.current) return;
    const { key } = event;
    if (event.ctrlKey || event.metaKey) {
      if (key.toLowerCase() !== 'z' || !event.shiftKey) return;
      deeds.redo();
    } else if (event.altKey) return;
    else if (isArrow(key) && event.shiftKey && store.canEdit) deeds.nudge(STEPS[key] ?? [0, 0]);
    else if (isArrow(key)) {
      const from = current !== null && store.document.nodes[current] ? current : null;
      walkTo(from === null ? readingOrder(store.document)[0] : nextNode(store.document, from, key), false);
    } else if (key === 'Home') walkTo(readingOrder(store.document)[0], false);
    else if (key === 'End') walkTo(readingOrder(store.document).at(-1), false);
    else if (key === ' ' && current !== null) {
      const chosen = new Set(store.selection);
      if (!chosen.delete(current)) chosen.add(current);
      store.select(chosen);
      announce(t('{count} selected', { count: chosen.size }));
    } else if (key === 'Enter') {
      if (current !== null) store.select([current]);
      onProperties();
    } else if (key === 'c' || key === 'C') connect();
    else if (key === 'Delete' || key === 'Backspace') onRemove();
    else if (key === 'Escape') store.select([]);
    else if (key === '+' || key === '=') void react.zoomIn();
    else if (key === '-') void react.zoomOut();
    else if (key === '0') void react.fitView({ padding: 0.1, maxZoom: 1 });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  useImperativeHandle(ref, () => ({ press }));

  if (!asked) return null;
  return (
    <Chooser
      title={asked.title}
      choices={asked.choices}
      onChoose={asked.onChoose}
      onCancel={done}
      {...(asked.onAt && { onAt: asked.onAt })}
    />
  );
}

function inputTitle(store: DraftStore, { node, input }: InputEnd): string {
  const target = store.document.nodes[node];
  const port = target && store.catalog.of(target)?.inputs.find((one) => one.name === input);
  return port ? portTitle(port) : input;
}

function replaced(store: DraftStore, deeds: Deeds, { node, input }: InputEnd): string {
  const before = store.document.nodes[node]?.inputs[input];
  return isFromNode(before) && store.document.nodes[before.node]
    ? t('replaces {name}', { name: deeds.nameOf(before.node) })
    : '';
}

/** A node in words: what it is, how far it is, what is wrong, what it is tied to. */
function spoken(store: DraftStore, deeds: Deeds, key: string): string {
  const faults = store.checks.faults.filter((fault) => fault.node === key);
  const edges = edgesOf(store.document);
  const [above, below] = [
    edges.filter((edge) => edge.to.node === key).map((edge) => deeds.nameOf(edge.from.node)),
    edges.filter((edge) => edge.from.node === key).map((edge) => deeds.nameOf(edge.to.node)),
  ];
  return [
    deeds.nameOf(key),
    store.steps.get(key)?.state_text ?? '',
    faults[0]?.message ?? '',
    above.length ? t('from {names}', { names: above.join(', ') }) : '',
    below.length ? t('to {names}', { names: below.join(', ') }) : '',
  ]
    .filter(Boolean)
    .join('; ');
}
