import '../../styles/pipelines.css';

import { island } from '../../lib/island.ts';
import { Props } from '../shared/props.ts';
import type { Mark } from './canvas/looks.ts';
import type { Drawing } from './core/types.ts';
import { mountGraph, type GraphProps } from './mount.tsx';

const MARKS: readonly string[] = ['same', 'changed', 'only'] satisfies Mark[];

function parse(source: unknown): GraphProps {
  const props = new Props(source);
  const marks = props.rows('marks').map((row) => [row.text('key'), row.text('mark')] as const);
  if (marks.some(([, mark]) => !MARKS.includes(mark))) throw new Error('A mark is unknown.');
  return {
    drawing: props.rows('nodes').length ? (source as Drawing) : null,
    graphUrl: props.text('graphUrl', ''),
    stepsUrl: props.text('stepsUrl', ''),
    panelUrl: props.text('panelUrl', ''),
    label: props.text('label'),
    marks: Object.fromEntries(marks) as Record<string, Mark>,
  };
}

island('pipeline-graph', parse, mountGraph);
