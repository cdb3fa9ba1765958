/**
 * Give one part a new share and take the difference from the others, in proportion to what they have, so that all make 100.
 *
 * @param shares whole percents @param at which one was moved @param wanted its new share
 */
export function balanced(shares: readonly number[], at: number, wanted: number): number[] {
  const share = Math.min(100, Math.max(0, Math.round(wanted)));
  if (shares.length < 2) return [share];
  const others = shares.map((_share, place) => place).filter((place) => place !== at);
  const before = others.reduce((sum, place) => sum + (shares[place] ?? 0), 0);
  const left = 100 - share;
  const exact = others.map((place) => (before ? ((shares[place] ?? 0) * left) / before : left / others.length));
  const whole = exact.map(Math.floor);
  // What rounding took goes to those it took most from.
  const byLoss = exact.map((value, place) => [value - (whole[place] ?? 0), place] as const).sort((a, b) => b[0] - a[0]);
  let missing = left - whole.reduce((sum, value) => sum + value, 0);
  for (const [, place] of byLoss) {
    if (missing-- <= 0) break;
    whole[place] = (whole[place] ?? 0) + 1;
  }
  const result = [...shares];
  result[at] = share;
  others.forEach((place, index) => (result[place] = whole[index] ?? 0));
  return result;
}
