import { t } from '../../../lib/strings.ts';

/** A type or role of columns in the reader's language. */
export function wordText(word: string): string {
  const known: Record<string, string> = {
    Numeric: t('Numeric'),
    Integer: t('Integer'),
    Double: t('Double'),
    String: t('String'),
    Boolean: t('Boolean'),
    DateTime: t('DateTime'),
    Categorical: t('Categorical'),
    Features: t('Features'),
    Labels: t('Labels'),
    Scores: t('Scores'),
  };
  return known[word] ?? word;
}
