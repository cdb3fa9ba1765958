/** Reads notebooks (nbformat 4) as far as they are shown: text, code, and outputs that are text or images. Pure. */
export type Output = { kind: 'text'; text: string; isError: boolean } | { kind: 'image'; url: string };

export interface Cell {
  kind: 'markdown' | 'code' | 'raw';
  source: string;
  /** Number of the execution, of code that ran. */
  count: number | null;
  outputs: Output[];
}

type Plain = Record<string, unknown>;

const IMAGES = ['image/png', 'image/jpeg', 'image/gif'];

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Texts in notebooks are strings or lists of lines. */
function joined(value: unknown): string {
  if (Array.isArray(value)) return value.filter((line) => typeof line === 'string').join('');
  return typeof value === 'string' ? value : '';
}

/** The cells of a notebook; null where the text is none. */
export function readNotebook(text: string): Cell[] | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isPlain(document) || !Array.isArray(document['cells'])) return null;
  return document['cells'].filter(isPlain).map((cell) => ({
    kind: cell['cell_type'] === 'code' ? 'code' : cell['cell_type'] === 'markdown' ? 'markdown' : 'raw',
    source: joined(cell['source']),
    count: typeof cell['execution_count'] === 'number' ? cell['execution_count'] : null,
    outputs: Array.isArray(cell['outputs']) ? cell['outputs'].filter(isPlain).flatMap(outputsOf) : [],
  }));
}

function outputsOf(output: Plain): Output[] {
  if (output['output_type'] === 'stream') {
    return [{ kind: 'text', text: joined(output['text']), isError: output['name'] === 'stderr' }];
  }
  if (output['output_type'] === 'error') return [{ kind: 'text', text: joined(output['traceback']), isError: true }];
  const data = output['data'];
  if (!isPlain(data)) return [];
  const type = IMAGES.find((one) => one in data);
  if (type) return [{ kind: 'image', url: `data:${type};base64,${joined(data[type]).replace(/\s/g, '')}` }];
  const text = joined(data['text/plain']);
  return text ? [{ kind: 'text', text, isError: false }] : [];
}
