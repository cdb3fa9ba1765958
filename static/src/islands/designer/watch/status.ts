import { t } from '../../../lib/strings.ts';
import type { Tone } from '../../pipeline-graph/core/types.ts';

/** A status of a run in the reader's language. */
export function statusText(status: string): string {
  const known: Record<string, string> = {
    NotStarted: t('Not started'),
    Preparing: t('Preparing'),
    Queued: t('Queued'),
    Starting: t('Starting'),
    Running: t('Running'),
    Finalizing: t('Finalizing'),
    NotResponding: t('Not responding'),
    CancelRequested: t('Cancel requested'),
    Completed: t('Completed'),
    Failed: t('Failed'),
    Canceled: t('Canceled'),
  };
  return known[status] ?? status;
}

export function toneOf(status: string): Tone {
  if (status === 'Completed') return 'ok';
  if (status === 'Failed' || status === 'NotResponding') return 'bad';
  return ['NotStarted', 'Queued', 'Canceled'].includes(status) ? 'idle' : 'busy';
}
