import '@xyflow/react/dist/base.css';

import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  ConnectionLineType,
  MiniMap,
  ReactFlow,
  useReactFlow,
  type EdgeChange,
  type NodeChange,
  type OnConnectEnd,
  type XYPosition,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { toast } from '../../../lib/toasts.ts';
import { elementId } from '../../pipeline-graph/canvas/node.tsx';
import { FARTHEST, isInView, NEAREST, startOf } from '../../pipeline-graph/core/viewport.ts';
import { useSize, useSteps } from '../../pipeline-graph/hooks.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { worstOf } from '../core/checks.ts';
import { refusal, targetsOf, type InputEnd } from '../core/connecting.ts';
import type { FromNode } from '../core/document.ts';
import { setFrame, within, type Place } from '../core/operations.ts';
import type { DraftStore } from '../core/store.ts';
import { useDraft } from '../hooks.ts';
import { DRAGGED } from '../palette/palette.tsx';
import type { Deeds } from './deeds.ts';
import { EdgeView } from './edge-view.tsx';
import { edgeId, FlowMaker, sizeOf, type CanvasNode } from './flow.ts';
import { FrameView } from './frame-view.tsx';
import { Keys, type KeysHandle } from './keys.tsx';
import { NodeView } from './node-view.tsx';
import { Canvased, type CanvasState } from './state.ts';

const NODE_TYPES = { draft: NodeView, frame: FrameView };
const EDGE_TYPES = { way: EdgeView };
const GRID: [number, number] = [10, 10];
const MANY_NODES = 12;
const MOVE_MS = 180;
const ADDING_KEYS = ['Shift', 'Meta', 'Control'];

export interface CanvasProps {
  store: DraftStore;
  deeds: Deeds;
  label: string;
  /** Called with what brings the canvas to the middle of things, for the palette and the toolbar. */
  onReady: (handle: CanvasHandle | null) => void;
  onProperties: () => void;
}

export interface CanvasHandle {
  /** The middle of what is shown. */
  middle: () => Place;
  isSeen: (place: Place) => boolean;
  focus: () => void;
  fit: () => void;
}

function fromHandle(node: string, handle: string | null | undefined): { node: string; name: string } {
  return { node, name: (handle ?? '').replace(/^(source|target):/, '') };
}

interface Line {
  source: string;
  target: string;
  sourceHandle?: string | null;
  targetHandle?: string | null;
}

function ends(connection: Line): [FromNode, InputEnd] {
  const from = fromHandle(connection.source, connection.sourceHandle);
  const to = fromHandle(connection.target, connection.targetHandle);
  return [
    { node: from.node, output: from.name },
    { node: to.node, input: to.name },
  ];
}

/** The graph as it is drawn by hand. Must stand within a ReactFlowProvider. */
export function Canvas({ store, deeds, label, onReady, onProperties }: CanvasProps): ReactElement {
  const document_ = useDraft(store, (one) => one.document);
  const selection = useDraft(store, (one) => one.selection);
  const checks = useDraft(store, (one) => one.checks);
  const steps = useDraft(store, (one) => one.steps);
  const jumped = useDraft(store, (one) => one.jumped);
  const known = useDraft(store, (one) => one.known);
  const [attach, size] = useSize();
  const host = useRef<HTMLDivElement | null>(null);
  const keys = useRef<KeysHandle>(null);
  const react = useReactFlow<CanvasNode>();
  const [current, setCurrent] = useState<string | null>(null);
  const [edgesChosen, setEdgesChosen] = useState<ReadonlySet<string>>(new Set());
  const [fitting, setFitting] = useState<ReadonlySet<string> | null>(null);
  /** Nodes as they are while they are dragged or resized; null otherwise. */
  const [live, setLive] = useState<CanvasNode[] | null>(null);
  /** What goes along with a frame that is dragged, and where all began. */
  const carried = useRef(new Map<string, { start: XYPosition; keys: Map<string, XYPosition> }>());
  const maker = useMemo(() => new FlowMaker(store.catalog), [store]);
  const drawn = useMemo(() => maker.nodesOf(document_), [maker, document_, known]);
  const edges = useMemo(() => maker.edgesOf(document_), [maker, document_]);
  const nodes = useMemo(
    () => (live ?? drawn).map((node) => (selection.has(node.id) ? { ...node, selected: true } : unselected(node))),
    [live, drawn, selection],
  );
  const shownEdges = useMemo(
    () => edges.map((edge) => (edgesChosen.has(edge.id) ? { ...edge, selected: true } : edge)),
    [edges, edgesChosen],
  );
  const hold = useCallback(
    (element: HTMLDivElement | null) => {
      host.current = element;
      attach(element);
    },
    [attach],
  );

  const bring = useCallback(
    (key: string): void => {
      const { document } = store;
      const at = (document.nodes[key] ?? document.frames[key])?.position;
      if (!at || !host.current) return;
      const box = { x: at[0], y: at[1], ...sizeOf(document, key) };
      const shown = { width: host.current.clientWidth, height: host.current.clientHeight };
      const viewport = react.getViewport();
      if (isInView(box, viewport, shown)) return;
      const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
      void react.setCenter(box.x + box.width / 2, box.y + box.height / 2, {
        zoom: Math.max(viewport.zoom, 0.7),
        duration: isStill ? 0 : MOVE_MS,
      });
    },
    [store, react],
  );

  useEffect(() => {
    if (!jumped.count) return;
    setCurrent(jumped.key);
    bring(jumped.key);
  }, [jumped, bring]);

  const isReady = size !== null;
  useEffect(() => {
    if (!isReady) return undefined;
    const middle = (): Place => {
      const box = host.current?.getBoundingClientRect();
      if (!box) return [0, 0];
      const { x, y } = react.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
      return [Math.round(x - 110), Math.round(y - 31)];
    };
    onReady({
      middle,
      isSeen: ([x, y]) => {
        const shown = { width: host.current?.clientWidth ?? 0, height: host.current?.clientHeight ?? 0 };
        const { x: left, y: top, zoom } = react.getViewport();
        const [right, down] = [x * zoom + left, y * zoom + top];
        return right >= 0 && down >= 0 && right <= shown.width && down <= shown.height;
      },
      focus: () => host.current?.focus(),
      fit: () => void react.fitView({ padding: 0.1, maxZoom: 1 }),
    });
    return () => onReady(null);
  }, [isReady, onReady, react]);

  const onNodesChange = (changes: NodeChange<CanvasNode>[]): void => {
    const chosen = new Set(store.selection);
    let isSelecting = false;
    for (const change of changes) {
      if (change.type !== 'select') continue;
      isSelecting = true;
      if (change.selected) chosen.add(change.id);
      else chosen.delete(change.id);
    }
    if (isSelecting) store.select(chosen);
    const moving = changes.filter((change) => change.type === 'position' || change.type === 'dimensions');
    if (!moving.length || !store.canEdit) return;
    if (moving.every((change) => change.type === 'dimensions' && !change.resizing)) return;
    setLive((before) => {
      const moved = applyNodeChanges(moving, before ?? drawn);
      return carried.current.size ? withCarried(moved, carried.current) : moved;
    });
  };

  const onEdgesChange = (changes: EdgeChange[]): void => {
    const chosen = new Set(edgesChosen);
    for (const change of changes) {
      if (change.type !== 'select') continue;
      if (change.selected) chosen.add(change.id);
      else chosen.delete(change.id);
    }
    setEdgesChosen(chosen);
  };

  const onDragStart = (_event: unknown, _node: CanvasNode, dragged: CanvasNode[]): void => {
    carried.current.clear();
    const own = new Set(dragged.map((node) => node.id));
    for (const frame of dragged.filter((node) => node.type === 'frame')) {
      const inside = within(store.document, frame.id, deeds.size).filter((key) => !own.has(key));
      const places = inside.map((key) => {
        const [x, y] = store.document.nodes[key]?.position ?? [0, 0];
        return [key, { x, y }] as const;
      });
      const [x, y] = store.document.frames[frame.id]?.position ?? [0, 0];
      carried.current.set(frame.id, { start: { x, y }, keys: new Map(places) });
    }
  };

  const onDragStop = (): void => {
    const places = new Map<string, Place>();
    for (const node of live ?? []) {
      const before = (store.document.nodes[node.id] ?? store.document.frames[node.id])?.position;
      const { x, y } = node.position;
      if (before && (before[0] !== x || before[1] !== y)) places.set(node.id, [x, y]);
    }
    carried.current.clear();
    setLive(null);
    if (places.size) deeds.move(places);
  };

  const isValid = useCallback(
    (connection: Line): boolean => {
      const [from, to] = ends(connection);
      return refusal(store.document, store.catalog, from, to) === null;
    },
    [store],
  );

  const onConnectEnd: OnConnectEnd = (event, state) => {
    setFitting(null);
    if (state.isValid || !state.fromHandle) return;
    const isForward = state.fromHandle.type === 'source';
    const begun = fromHandle(state.fromNode.id, state.fromHandle.id);
    if (state.toHandle && state.toNode) {
      const ended = fromHandle(state.toNode.id, state.toHandle.id);
      if (state.toHandle.type === state.fromHandle.type) {
        toast({ level: 'warning', text: t('Lines lead from an output, below a node, to an input, above one.') });
        return;
      }
      const [from, to] = isForward ? [begun, ended] : [ended, begun];
      const words = refusal(
        store.document,
        store.catalog,
        { node: from.node, output: from.name },
        { node: to.node, input: to.name },
      );
      if (words) toast({ level: 'warning', text: words });
      return;
    }
    // Dropped on a node, not on one of its ports: the first that fits.
    if (!isForward || !(event.target instanceof Element)) return;
    const point = 'changedTouches' in event ? event.changedTouches[0] : event;
    const under = point && document.elementFromPoint(point.clientX, point.clientY)?.closest<HTMLElement>('[data-node]');
    const node = under?.dataset['node'];
    if (!node || node === begun.node) return;
    const from = { node: begun.node, output: begun.name };
    const target = targetsOf(store.document, store.catalog, from).find((end) => end.node === node);
    if (target) deeds.connect(from, target);
    else {
      const values = { source: deeds.nameOf(begun.node), target: deeds.nameOf(node) };
      toast({ level: 'warning', text: t('Nothing of “{target}” takes what comes from there.', values) });
    }
  };

  const onDrop = (event: DragEvent): void => {
    const reference = event.dataTransfer.getData(DRAGGED);
    const declared = reference ? store.catalog.get(reference) : undefined;
    if (!declared) return;
    event.preventDefault();
    const { x, y } = react.screenToFlowPosition({ x: event.clientX - 60, y: event.clientY - 15 }, { snapToGrid: true });
    setCurrent(deeds.add(declared, [x, y]));
    host.current?.focus();
  };

  const remove = (): void => {
    const chosen = [...edgesChosen].map((id) => {
      const [node = '', input = ''] = id.split(' ');
      return { node, input };
    });
    const alive = chosen.filter(({ node, input }) => edges.some((edge) => edge.id === edgeId(node, input)));
    deeds.remove(store.selection, alive);
    setEdgesChosen(new Set());
  };

  const state = useMemo<CanvasState>(
    () => ({
      steps,
      worst: worstOf(checks.faults),
      current,
      fitting,
      canEdit: store.canEdit,
      onFrameText: (key, text) => store.edit(setFrame(store.document, key, { text }), t('Wrote on a frame')),
      onFrameBox: (key, position, box) => {
        setLive(null);
        store.edit(
          setFrame(store.document, key, { position: rounded(position), size: rounded(box) }),
          t('Resized a frame'),
        );
      },
    }),
    [steps, checks, current, fitting, store],
  );

  return (
    <Canvased value={state}>
      <div
        className="pipeline-canvas designer-canvas"
        ref={hold}
        role="application"
        tabIndex={0}
        aria-label={label}
        aria-description={t(
          'Arrow keys walk from node to node, Enter opens the properties, C connects, Delete removes; ? shows all keys.',
        )}
        aria-activedescendant={current === null ? undefined : elementId(current)}
        onKeyDown={(event) => keys.current?.press(event)}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes(DRAGGED)) return;
          event.preventDefault();
          event.dataTransfer.dropEffect = 'copy';
        }}
        onDrop={onDrop}
      >
        {size && (
          <ReactFlow<CanvasNode>
            nodes={nodes}
            edges={shownEdges}
            nodeTypes={NODE_TYPES}
            edgeTypes={EDGE_TYPES}
            defaultViewport={beginning(drawn, size)}
            onNodesChange={onNodesChange}
            onEdgesChange={onEdgesChange}
            onNodeDragStart={onDragStart}
            onNodeDragStop={onDragStop}
            onSelectionDragStart={(event, dragged) => onDragStart(event, dragged[0] as CanvasNode, dragged)}
            onSelectionDragStop={onDragStop}
            onNodeClick={(_event, node) => {
              setCurrent(node.id);
              host.current?.focus({ preventScroll: true });
            }}
            onNodeDoubleClick={(_event, node) => {
              if (node.type === 'draft') onProperties();
            }}
            onPaneClick={() => host.current?.focus({ preventScroll: true })}
            isValidConnection={isValid}
            onConnectStart={(_event, { nodeId, handleId, handleType }) => {
              if (handleType !== 'source' || !nodeId || !handleId) return;
              const from = fromHandle(nodeId, handleId);
              const found = targetsOf(store.document, store.catalog, { node: from.node, output: from.name });
              setFitting(new Set(found.map((end) => edgeId(end.node, end.input))));
            }}
            onConnect={(connection) => void deeds.connect(...ends(connection))}
            onConnectEnd={onConnectEnd}
            connectionLineType={ConnectionLineType.Bezier}
            connectionRadius={24}
            snapToGrid
            snapGrid={GRID}
            minZoom={FARTHEST}
            maxZoom={NEAREST}
            nodesDraggable={store.canEdit}
            nodesConnectable={store.canEdit}
            nodesFocusable={false}
            edgesFocusable={false}
            selectionKeyCode="Shift"
            multiSelectionKeyCode={ADDING_KEYS}
            deleteKeyCode={null}
            zoomOnDoubleClick={false}
            disableKeyboardA11y
            onlyRenderVisibleElements
            elevateNodesOnSelect={false}
            proOptions={{ hideAttribution: true }}
          >
            <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
            {drawn.length > MANY_NODES && <Overview store={store} worst={state.worst} />}
          </ReactFlow>
        )}
        {!drawn.length && (
          <p className="designer-empty">
            {store.canEdit
              ? t('Drag data and components here from the left, or choose one there and press Enter.')
              : t('Nothing is drawn here yet.')}
          </p>
        )}
        <Keys
          ref={keys}
          host={host}
          store={store}
          deeds={deeds}
          current={current}
          onCurrent={(key) => {
            setCurrent(key);
            if (key !== null) bring(key);
          }}
          onProperties={onProperties}
          onRemove={remove}
        />
        <div className="pipeline-zoom" role="group" aria-label={t('Zoom')}>
          <Button icon="plus" label={t('Zoom in')} onClick={() => void react.zoomIn()} />
          <Button icon="minus" label={t('Zoom out')} onClick={() => void react.zoomOut()} />
          <Button
            icon="maximize"
            label={t('Show all of it')}
            onClick={() => void react.fitView({ padding: 0.1, maxZoom: 1 })}
          />
        </div>
      </div>
    </Canvased>
  );
}

function unselected(node: CanvasNode): CanvasNode {
  return node.selected ? { ...node, selected: false } : node;
}

function rounded([x, y]: [number, number]): [number, number] {
  return [Math.round(x), Math.round(y)];
}

/** Let what stands in a frame go where the frame goes. */
function withCarried(
  nodes: CanvasNode[],
  carried: ReadonlyMap<string, { start: XYPosition; keys: Map<string, XYPosition> }>,
): CanvasNode[] {
  const places = new Map<string, XYPosition>();
  for (const node of nodes) {
    const along = carried.get(node.id);
    if (!along) continue;
    const [right, down] = [node.position.x - along.start.x, node.position.y - along.start.y];
    for (const [key, { x, y }] of along.keys) places.set(key, { x: x + right, y: y + down });
  }
  return nodes.map((node) => {
    const position = places.get(node.id);
    return position ? { ...node, position } : node;
  });
}

/** The viewport in which a draft is first seen. */
function beginning(
  nodes: readonly CanvasNode[],
  shown: { width: number; height: number },
): { x: number; y: number; zoom: number } {
  if (!nodes.length) return { x: 0, y: 0, zoom: 1 };
  const left = Math.min(...nodes.map((node) => node.position.x));
  const top = Math.min(...nodes.map((node) => node.position.y));
  const right = Math.max(...nodes.map((node) => node.position.x + (node.width ?? 0)));
  const bottom = Math.max(...nodes.map((node) => node.position.y + (node.height ?? 0)));
  const start = startOf({ width: right - left, height: bottom - top }, shown, null);
  return { x: start.x - left * start.zoom, y: start.y - top * start.zoom, zoom: start.zoom };
}

function Button({ icon, label, onClick }: { icon: string; label: string; onClick: () => void }): ReactElement {
  return (
    <button type="button" className="btn btn-sm btn-icon" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} className="icon-sm" />
    </button>
  );
}

function Overview({ store, worst }: { store: DraftStore; worst: CanvasState['worst'] }): ReactElement {
  const steps = useDraft(store, (one) => one.steps);
  const version = useSteps(steps);
  const classOf = useMemo(
    () =>
      (node: CanvasNode): string => {
        if (node.type === 'frame') return 'designer-map-frame';
        const tone = steps.get(node.id)?.tone ?? (worst.get(node.id) === 'error' ? 'bad' : 'idle');
        return `pipeline-map-${tone}${node.selected ? ' is-chosen' : ''}`;
      },
    [steps, worst, version],
  );
  return (
    <MiniMap<CanvasNode> className="pipeline-map" nodeClassName={classOf} pannable zoomable ariaLabel={t('Overview')} />
  );
}
