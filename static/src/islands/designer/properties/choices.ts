import { useEffect, useState } from 'react';

import { getJson } from '../../shared/api.ts';
import type { DraftStore } from '../core/store.ts';

interface Page {
  results: Record<string, unknown>[];
}

/** What was asked for is kept as long as the page is open. */
const asked = new Map<string, Promise<Page>>();

function useRows(url: string): Record<string, unknown>[] {
  const [rows, setRows] = useState<Record<string, unknown>[]>([]);
  useEffect(() => {
    let isWanted = true;
    let answer = asked.get(url);
    if (!answer) {
      answer = getJson<Page>(url);
      asked.set(url, answer);
    }
    answer.then(
      ({ results }) => {
        if (isWanted) setRows(results);
      },
      () => asked.delete(url), // a name can still be typed or kept; the next field asks again
    );
    return () => {
      isWanted = false;
    };
  }, [url]);
  return rows;
}

function apiOf(store: DraftStore): string {
  return `/api/v1/workspaces/${encodeURIComponent(store.places.workspace)}/`;
}

/** Where work can go. */
export function useComputes(store: DraftStore): string[] {
  return useRows(`${apiOf(store)}compute/?page_size=200`).map((row) => String(row['name']));
}

export function useDatastores(store: DraftStore): string[] {
  return useRows(`${apiOf(store)}datastores/?page_size=200`).map((row) => String(row['name']));
}

/** Versions of environments, the latest of each. */
export function useEnvironments(store: DraftStore): string[] {
  return useRows(`${apiOf(store)}environments/?page_size=200`).flatMap((row) => {
    const latest = row['latest'] as { version: string } | null;
    return latest ? [`${String(row['name'])}:${latest.version}`] : [];
  });
}

export function useExperiments(store: DraftStore): string[] {
  return useRows(`${apiOf(store)}experiments/?page_size=200`).map((row) => String(row['name']));
}
