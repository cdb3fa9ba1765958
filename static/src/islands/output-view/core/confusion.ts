/** What was taken for something else, and how often. */
export interface Confusion {
  actual: string;
  predicted: string;
  count: number;
  /** Of the rows of the actual class. */
  share: number;
}

/** Each row of a matrix as shares of its sum; a row of zeros stays one. */
export function sharesOfRows(matrix: readonly (readonly number[])[]): number[][] {
  return matrix.map((row) => {
    const sum = row.reduce((all, count) => all + count, 0);
    return row.map((count) => (sum ? count / sum : 0));
  });
}

/** The most frequent mistakes, the largest first. */
export function mistakes(
  classes: readonly string[],
  matrix: readonly (readonly number[])[],
  most: number,
): Confusion[] {
  const shares = sharesOfRows(matrix);
  const found: Confusion[] = [];
  for (const [actual, row] of matrix.entries()) {
    for (const [predicted, count] of row.entries()) {
      if (actual === predicted || !count) continue;
      const share = shares[actual]?.[predicted] ?? 0;
      found.push({ actual: classes[actual] ?? '', predicted: classes[predicted] ?? '', count, share });
    }
  }
  return found.sort((one, other) => other.count - one.count).slice(0, most);
}
