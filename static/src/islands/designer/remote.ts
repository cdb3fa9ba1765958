import { csrfToken } from '../../lib/dom.ts';
import { wordsFor } from '../../lib/problems.ts';
import { t } from '../../lib/strings.ts';
import { getJson, RequestFailed } from '../shared/api.ts';
import type { Checks } from './core/checks.ts';
import type { StoredDocument } from './core/document.ts';
import type { BuiltinDeclaration, Declaration } from './core/palette.ts';
import type { StoredPatch } from './core/patch.ts';
import type { Person } from './core/store.ts';
import { DraftConflict, type Conflict, type Remote } from './core/sync.ts';

/** Small enough for a request that outlives its page. */
const MOST_KEPT_ALIVE = 50_000;

/** A draft as the server sends it. */
export interface DraftAnswer {
  id: string;
  name: string;
  description: string;
  revision: number;
  document: StoredDocument;
  run: { id: string; url: string } | null;
  used: Declaration[];
  people: Person[];
  permissions: { write: boolean; submit: boolean };
}

export interface PaletteAnswer {
  categories: string[];
  components: BuiltinDeclaration[];
}

async function patchJson(url: string, body: unknown, client: string): Promise<unknown> {
  const text = JSON.stringify(body);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'PATCH',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken(), 'X-Draft-Client': client },
      body: text,
      keepalive: text.length < MOST_KEPT_ALIVE,
    });
  } catch {
    throw new RequestFailed(0, t('The studio could not be reached. Try again in a moment.'));
  }
  if (answer.ok) return answer.json();
  const said = await answer.text();
  const words = wordsFor(answer.status, answer.headers.get('Content-Type') ?? '', said);
  const problem = answer.status === 409 ? (JSON.parse(said) as Record<string, unknown>) : {};
  if (problem['code'] === 'draft_conflict') {
    throw new DraftConflict(words, problem['revision'] as number, problem['conflicts'] as Conflict[]);
  }
  throw new RequestFailed(answer.status, words);
}

/** The API of one draft. `client`: the name of this window. */
export function remoteOf(api: string, client: string): Remote {
  return {
    save: async (body) => (await patchJson(api, body, client)) as { revision: number; merged: StoredPatch | null },
    changes: async (after) => {
      const answer = await getJson<{ revision: number; patches: { patch: StoredPatch }[] }>(
        `${api}changes/?after=${after}`,
      );
      return { revision: answer.revision, patches: answer.patches.map(({ patch }) => patch) };
    },
    check: () => getJson<Checks>(`${api}check/`),
  };
}
