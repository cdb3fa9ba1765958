/** Reads the props of an island, once, where it is mounted; what the page did not send as agreed fails loudly there. */
export class Props {
  private readonly values: Record<string, unknown>;

  constructor(source: unknown) {
    if (typeof source !== 'object' || source === null) throw new Error('The props are no object.');
    this.values = source as Record<string, unknown>;
  }

  text(name: string, otherwise?: string): string {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'string') throw new Error(`The prop ${name} is no text.`);
    return value;
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'boolean') throw new Error(`The prop ${name} is neither true nor false.`);
    return value;
  }

  /** A whole or broken number; `otherwise` where the page sent none. */
  number(name: string, otherwise: number): number {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'number') throw new Error(`The prop ${name} is no number.`);
    return value;
  }

  /** What the page sent, whatever it is: for data of users, which is checked where it is used. */
  any(name: string): unknown {
    return this.values[name];
  }

  rows(name: string): Props[] {
    const value = this.values[name] ?? [];
    if (!Array.isArray(value)) throw new Error(`The prop ${name} is no list.`);
    return value.map((row) => new Props(row));
  }
}
