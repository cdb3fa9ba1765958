/** Which rows of a list are chosen. Pure: rows are their ids, in the order shown. */
export class Selection {
  private readonly chosen = new Set<string>();
  private anchor: string | null = null;

  constructor(private readonly order: readonly string[]) {}

  has(id: string): boolean {
    return this.chosen.has(id);
  }

  /** The chosen ids in the order shown. */
  get ids(): string[] {
    return this.order.filter((id) => this.chosen.has(id));
  }

  get isAll(): boolean {
    return this.order.length > 0 && this.chosen.size === this.order.length;
  }

  /** Choose a row or not; with `range`, all from the row last set to this one. */
  set(id: string, on: boolean, range = false): void {
    const here = this.order.indexOf(id);
    if (here < 0) return;
    const from = range && this.anchor !== null ? this.order.indexOf(this.anchor) : here;
    const [first, last] = from < here ? [from, here] : [here, from];
    for (const each of this.order.slice(first, last + 1)) {
      if (on) this.chosen.add(each);
      else this.chosen.delete(each);
    }
    this.anchor = id;
  }

  setAll(on: boolean): void {
    this.chosen.clear();
    if (on) for (const id of this.order) this.chosen.add(id);
    this.anchor = null;
  }
}
