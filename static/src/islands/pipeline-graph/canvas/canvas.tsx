import '@xyflow/react/dist/base.css';

import { MiniMap, ReactFlow, useReactFlow, type Viewport } from '@xyflow/react';
import { useCallback, useContext, useEffect, useMemo, useRef, type KeyboardEvent, type ReactElement } from 'react';

import { announce } from '../../../lib/dom.ts';
import { t } from '../../../lib/strings.ts';
import { isInView, startOf, FARTHEST, NEAREST, READABLE } from '../core/viewport.ts';
import { inReadingOrder, isArrow, next } from '../core/walk.ts';
import type { Drawing } from '../core/types.ts';
import { useSize, useSteps } from '../hooks.ts';
import { Icon } from '../icon.tsx';
import { WayEdge } from './edge.tsx';
import { sizeOf, type Flow } from './flow.ts';
import { Looks } from './looks.ts';
import { elementId, spoken, StepNode, type FlowNode } from './node.tsx';

const NODE_TYPES = { step: StepNode };
const EDGE_TYPES = { way: WayEdge };
const MOVE_MS = 180;

export interface CanvasProps {
  drawing: Drawing;
  flow: Flow;
  label: string;
  /** What the keyboard is at; it is brought into view whenever `jump` changes. */
  current: string | null;
  jump: number;
  /** Where the reader was when the canvas was last shown. */
  place: { current: Viewport | null };
  /** Where a large graph is first looked at. */
  begin: string | null;
  onCurrent: (key: string) => void;
  onChoose: (key: string | null) => void;
}

/** A graph that is looked at: pan, zoom, walk from node to node, choose one. Must stand within a ReactFlowProvider. */
export function Canvas(props: CanvasProps): ReactElement {
  const { drawing, flow, label, current, jump, place, begin, onCurrent, onChoose } = props;
  const { store, marks, chosen } = useContext(Looks);
  const [attach, size] = useSize();
  const host = useRef<HTMLDivElement | null>(null);
  const hold = useCallback(
    (element: HTMLDivElement | null) => {
      host.current = element;
      attach(element);
    },
    [attach],
  );
  const react = useReactFlow();
  const order = useMemo(() => inReadingOrder(flow.places), [flow]);
  const byKey = useMemo(() => new Map(drawing.nodes.map((node) => [node.key, node])), [drawing]);
  const version = useSteps(store);

  const bring = useCallback(
    (key: string): void => {
      const node = byKey.get(key);
      const at = flow.places.get(key);
      if (!node || !at || !host.current) return;
      const box = { ...at, ...sizeOf(node) };
      const shown = { width: host.current.clientWidth, height: host.current.clientHeight };
      const viewport = react.getViewport();
      if (isInView(box, viewport, shown)) return;
      const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
      void react.setCenter(box.x + box.width / 2, box.y + box.height / 2, {
        zoom: Math.max(viewport.zoom, READABLE * 1.5),
        duration: isStill ? 0 : MOVE_MS,
      });
    },
    [byKey, flow, react],
  );

  useEffect(() => {
    if (current !== null && jump) bring(current);
  }, [current, jump, bring]);

  const walkTo = (key: string | undefined): void => {
    const node = key === undefined ? undefined : byKey.get(key);
    if (!node) return;
    onCurrent(node.key);
    bring(node.key);
    announce(spoken(node, store.get(node.key), marks[node.key]));
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== host.current) return;
    const from = current ?? order[0];
    if (isArrow(event.key)) {
      walkTo((current === null ? from : from && next(from, event.key, flow.places, drawing.edges)) ?? from);
    } else if (event.key === 'Home') walkTo(order[0]);
    else if (event.key === 'End') walkTo(order.at(-1));
    else if (event.key === 'Enter' || event.key === ' ') onChoose(from ?? null);
    else if (event.key === 'Escape' && chosen !== null) onChoose(null);
    else if (event.key === '+' || event.key === '=') void react.zoomIn();
    else if (event.key === '-') void react.zoomOut();
    else if (event.key === '0') void react.fitView({ padding: 0.05 });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // What was in the middle stays there when the panel comes and goes.
  const shown = useRef(size);
  useEffect(() => {
    const before = shown.current;
    shown.current = size;
    if (!before || !size || !react.viewportInitialized) return;
    const { x, y, zoom } = react.getViewport();
    const [right, down] = [(size.width - before.width) / 2, (size.height - before.height) / 2];
    void react.setViewport({ x: x + right, y: y + down, zoom });
  }, [size, react]);

  const isLarge = size !== null && (flow.size.width > size.width || flow.size.height > size.height);
  const middle = begin === null ? undefined : flow.places.get(begin);
  return (
    <div
      className="pipeline-canvas"
      ref={hold}
      role="application"
      tabIndex={0}
      aria-label={label}
      aria-description={t(
        'Arrow keys walk along the edges, Enter opens a node, Escape closes it; plus, minus and 0 zoom.',
      )}
      aria-activedescendant={current === null ? undefined : elementId(current)}
      onKeyDown={onKeyDown}
    >
      {size && (
        <ReactFlow
          nodes={flow.nodes}
          edges={flow.edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          defaultViewport={place.current ?? startOf(flow.size, size, middle ?? null)}
          onMoveEnd={(_, viewport) => (place.current = viewport)}
          onNodeClick={(event, node) => {
            if (event.target instanceof Element && event.target.closest('a')) return;
            onCurrent(node.id);
            onChoose(node.id);
          }}
          minZoom={FARTHEST}
          maxZoom={NEAREST}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          disableKeyboardA11y
          onlyRenderVisibleElements
          proOptions={{ hideAttribution: true }}
        >
          {isLarge && <Overview version={version} />}
        </ReactFlow>
      )}
      <div className="pipeline-zoom" role="group" aria-label={t('Zoom')}>
        <Button icon="plus" label={t('Zoom in')} onClick={() => void react.zoomIn()} />
        <Button icon="minus" label={t('Zoom out')} onClick={() => void react.zoomOut()} />
        <Button icon="maximize" label={t('Show all of it')} onClick={() => void react.fitView({ padding: 0.05 })} />
      </div>
    </div>
  );
}

function Button({ icon, label, onClick }: { icon: string; label: string; onClick: () => void }): ReactElement {
  return (
    <button type="button" className="btn btn-sm btn-icon" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} className="icon-sm" />
    </button>
  );
}

/** `version`: what it shows changes with it. */
function Overview({ version }: { version: number }): ReactElement {
  const { store, marks, chosen } = useContext(Looks);
  const classOf = useMemo(
    () =>
      (node: FlowNode): string => {
        const tone = marks[node.id] ?? store.get(node.id)?.tone ?? 'idle';
        return `pipeline-map-${tone}${chosen === node.id ? ' is-chosen' : ''}`;
      },
    [store, marks, chosen, version],
  );
  return (
    <MiniMap<FlowNode> className="pipeline-map" nodeClassName={classOf} pannable zoomable ariaLabel={t('Overview')} />
  );
}
