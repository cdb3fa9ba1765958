import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { type Corner, CORNERS, cornerOf, dragged, fitted, hit, moved, type Point, resized, type Size, template, toImage, type View, zoomed } from './core/geometry.ts'; // prettier-ignore
import type { Action } from './core/keys.ts';
import type { Box, Label, Rect } from './core/types.ts';
import { field } from './fields.ts';
import type { Session, Work } from './session.ts';
import type { Stage } from './stage.ts';

const SVG = 'http://www.w3.org/2000/svg';
const ZOOM = 1.25;
const STEP = [1, 10] as const;
type Tool = 'draw' | 'move' | 'template';
interface Drag {
  from: Point;
  screen: Point;
  box: Box | null;
  corner: Corner | null;
  isPan: boolean;
}

/** One picture on which boxes are drawn. */
export class Boxes implements Stage {
  readonly host = element('div', { class: 'labeler-canvas' });
  active: Label | null;
  private readonly svg = document.createElementNS(SVG, 'svg');
  private readonly tools = element('div', { class: 'labeler-tools', role: 'toolbar', 'aria-label': t('Tools') });
  private readonly list = element('ul', { class: 'labeler-marks' });
  private readonly resizing = new ResizeObserver(() => this.fit());
  private tool: Tool = 'draw';
  private view: View = { x: 0, y: 0, scale: 1 };
  private shown = -1;
  private chosen = '';
  private isLocked = false;
  private drag: Drag | null = null;
  private preview: Rect | null = null;
  private brightness = 100;
  private contrast = 100;

  constructor(
    private readonly session: Session,
    private readonly labels: ReadonlyMap<string, Label>,
  ) {
    this.active = [...labels.values()][0] ?? null;
    this.svg.setAttribute('role', 'img');
    this.svg.addEventListener('pointerdown', (event) => this.down(event));
    this.svg.addEventListener('pointermove', (event) => this.moveTo(event));
    this.svg.addEventListener('pointerup', (event) => this.up(event));
    this.svg.addEventListener('pointercancel', () => this.stop());
    this.svg.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.host.append(this.tools, this.svg, this.list);
    this.resizing.observe(this.svg);
  }

  destroy(): void {
    this.resizing.disconnect();
  }

  choose(label: Label): void {
    this.active = label;
    const box = this.current();
    if (box && !this.isLocked) this.replace({ ...box, label: label.key });
    else this.draw();
  }

  act(action: Action): boolean {
    const box = this.current();
    if (action === 'draw' || action === 'move') this.tool = action;
    else if (action === 'template') this.stamp();
    else if (action === 'lock') this.isLocked = !this.isLocked;
    else if (action === 'zoomIn' || action === 'zoomOut') this.zoom(action === 'zoomIn' ? ZOOM : 1 / ZOOM);
    else if (action === 'fit') this.fit();
    else if (action === 'nextMark') this.chooseNext();
    else if (action === 'remove' && box && !this.isLocked) this.remove(box.id);
    else return false;
    this.draw();
    return true;
  }

  arrow(dx: number, dy: number, isLarge: boolean): boolean {
    const [box, work] = [this.current(), this.work];
    if (!box || !work || this.isLocked) return false;
    const step = STEP[isLarge ? 1 : 0];
    this.replace(moved(box, dx * step, dy * step, this.image(work)));
    return true;
  }

  draw(): void {
    const { work } = this;
    this.host.hidden = !work;
    if (!work) return;
    if (this.shown !== work.item.number) {
      this.shown = work.item.number;
      this.chosen = '';
      this.fit(false);
    }
    this.svg.setAttribute('aria-label', work.item.name);
    this.svg.dataset['tool'] = this.tool;
    this.svg.replaceChildren(this.picture(work), ...this.boxes.map((box) => this.drawn(box)), ...this.handles());
    if (this.preview) this.svg.append(this.outline(this.preview, this.active?.color ?? '', 'is-new'));
    this.drawTools();
    this.drawList();
  }

  private get work(): Work | undefined {
    return this.session.works[0];
  }

  private get boxes(): readonly Box[] {
    return this.work?.history.now.shapes ?? [];
  }

  private current(): Box | undefined {
    return this.boxes.find((box) => box.id === this.chosen);
  }

  private image(work: Work): Size {
    return { width: work.item.width ?? 1, height: work.item.height ?? 1 };
  }

  private change(shapes: Box[]): void {
    if (this.work) this.session.change(this.work, { shapes });
  }

  private replace(box: Box): void {
    this.change(this.boxes.map((one) => (one.id === box.id ? box : one)));
  }

  private remove(id: string): void {
    this.change(this.boxes.filter((box) => box.id !== id));
  }

  private add(rect: Rect): void {
    if (!this.active) return;
    const box: Box = { ...rect, id: crypto.randomUUID(), label: this.active.key, type: 'box' };
    this.chosen = box.id;
    this.change([...this.boxes, box]);
  }

  private stamp(): void {
    if (!this.work) return;
    const { width, height } = this.svg.getBoundingClientRect();
    const middle = toImage(this.view, { x: width / 2, y: height / 2 });
    this.add(template(middle, this.boxes.at(-1), this.image(this.work)));
  }

  private chooseNext(): void {
    const place = this.boxes.findIndex((box) => box.id === this.chosen);
    this.chosen = this.boxes[(place + 1) % Math.max(1, this.boxes.length)]?.id ?? '';
  }

  // --- The view ------------------------------------------------------------------------------------------------------
  private fit(andDraw = true): void {
    const { width, height } = this.svg.getBoundingClientRect();
    if (!this.work || !width || !height) return;
    this.view = fitted(this.image(this.work), { width, height });
    if (andDraw) this.draw();
  }

  private zoom(factor: number, about?: Point): void {
    const { width, height } = this.svg.getBoundingClientRect();
    this.view = zoomed(this.view, factor, about ?? { x: width / 2, y: height / 2 });
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM, this.screen(event));
    this.draw();
  }

  private screen(event: MouseEvent): Point {
    const { left, top } = this.svg.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  // --- Pointers ------------------------------------------------------------------------------------------------------
  private down(event: PointerEvent): void {
    const screen = this.screen(event);
    const from = toImage(this.view, screen);
    const handle = event.target instanceof Element ? event.target.getAttribute('data-corner') : null;
    const isPan = event.button === 1 || (this.tool === 'move' && !hit(this.boxes, from) && !handle);
    if (event.button !== 0 && !isPan) return;
    const canChange = !this.isLocked && !isPan;
    const corner = canChange ? ((handle as Corner | null) ?? null) : null;
    const under = this.tool === 'move' || corner ? (corner ? this.current() : hit(this.boxes, from)) : null;
    this.drag = { from, screen, box: canChange ? (under ?? null) : null, corner, isPan };
    if (under) this.chosen = under.id;
    else if (!isPan) this.chosen = '';
    this.svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.draw();
  }

  private moveTo(event: PointerEvent): void {
    const { drag, work } = this;
    if (!drag || !work) return;
    const screen = this.screen(event);
    if (drag.isPan) {
      this.view = {
        ...this.view,
        x: this.view.x + screen.x - drag.screen.x,
        y: this.view.y + screen.y - drag.screen.y,
      };
      drag.screen = screen;
    } else this.preview = this.dragging(drag, toImage(this.view, screen), work);
    this.draw();
  }

  private dragging(drag: Drag, to: Point, work: Work): Rect | null {
    const image = this.image(work);
    if (drag.box && drag.corner) return resized(drag.box, drag.corner, to, image);
    if (drag.box) return moved(drag.box, to.x - drag.from.x, to.y - drag.from.y, image);
    return this.tool === 'draw' ? dragged(drag.from, to, image) : null;
  }

  private up(event: PointerEvent): void {
    const { drag, work } = this;
    const made = drag && work && !drag.isPan ? this.dragging(drag, toImage(this.view, this.screen(event)), work) : null;
    this.stop();
    if (made && drag?.box) {
      const { x, y, width, height } = made;
      if (made.x !== drag.box.x || y !== drag.box.y || width !== drag.box.width || height !== drag.box.height) {
        this.replace({ ...drag.box, x, y, width, height });
      }
    } else if (made) this.add(made);
    else this.draw();
  }

  private stop(): void {
    this.drag = this.preview = null;
  }

  // --- Drawing -------------------------------------------------------------------------------------------------------
  private picture(work: Work): SVGElement {
    const { width, height } = this.image(work);
    const picture = this.outline({ x: 0, y: 0, width, height }, '', 'labeler-picture', 'image');
    picture.setAttribute('href', work.item.url ?? '');
    picture.setAttribute('preserveAspectRatio', 'none');
    picture.style.filter = `brightness(${this.brightness}%) contrast(${this.contrast}%)`;
    return picture;
  }

  private drawn(box: Box): SVGElement {
    const isMoving = this.drag?.box?.id === box.id && this.preview;
    const shape = this.outline(isMoving || box, this.labels.get(box.label)?.color ?? '', 'labeler-box');
    shape.classList.toggle('is-chosen', box.id === this.chosen);
    return shape;
  }

  private outline(rect: Rect, color: string, css: string, tag: 'rect' | 'image' = 'rect'): SVGElement {
    const { x, y, scale } = this.view;
    const shape = document.createElementNS(SVG, tag);
    shape.setAttribute('class', css);
    shape.setAttribute('x', String(rect.x * scale + x));
    shape.setAttribute('y', String(rect.y * scale + y));
    shape.setAttribute('width', String(rect.width * scale));
    shape.setAttribute('height', String(rect.height * scale));
    if (color) shape.style.setProperty('--label', color);
    return shape;
  }

  private handles(): SVGElement[] {
    const box = this.current();
    if (!box || this.isLocked || this.drag) return [];
    return CORNERS.map((corner) => {
      const at = cornerOf(box, corner);
      const handle = document.createElementNS(SVG, 'circle');
      handle.setAttribute('class', `labeler-handle is-${corner}`);
      handle.setAttribute('cx', String(at.x * this.view.scale + this.view.x));
      handle.setAttribute('cy', String(at.y * this.view.scale + this.view.y));
      handle.setAttribute('r', '6');
      handle.setAttribute('data-corner', corner);
      return handle;
    });
  }

  private drawTools(): void {
    if (this.tools.childElementCount) {
      for (const button of this.tools.querySelectorAll<HTMLElement>('[data-action]')) {
        const { action } = button.dataset;
        button.setAttribute('aria-pressed', String(action === this.tool || (action === 'lock' && this.isLocked)));
      }
      return;
    }
    const named: [Action, string][] = [
      ['draw', t('Draw')], ['move', t('Move')], ['lock', t('Lock')],
    ]; // prettier-ignore
    const plain: [Action, string][] = [
      ['template', t('Same size again')], ['zoomIn', t('Zoom in')], ['zoomOut', t('Zoom out')], ['fit', t('Fit')],
    ]; // prettier-ignore
    for (const [action, words] of [...named, ...plain]) {
      const button = element('button', { type: 'button', class: 'btn btn-sm' }, words);
      if (named.some(([one]) => one === action)) button.dataset['action'] = action;
      button.addEventListener('click', () => this.act(action));
      this.tools.append(button);
    }
    this.tools.append(
      field(
        t('Brightness'),
        this.slider((value) => (this.brightness = value)),
      ),
      field(
        t('Contrast'),
        this.slider((value) => (this.contrast = value)),
      ),
    );
    this.drawTools();
  }

  private slider(set: (value: number) => void): HTMLInputElement {
    const slider = element('input', { type: 'range', min: 20, max: 300, value: 100 });
    slider.addEventListener('input', () => {
      set(Number(slider.value));
      this.draw();
    });
    return slider;
  }

  private drawList(): void {
    const rows = this.boxes.map((box, place) => {
      const name = this.labels.get(box.label)?.name ?? box.label;
      const words = t('{number}: {label}', { number: place + 1, label: name });
      const pick = element('button', { type: 'button', class: 'btn btn-ghost btn-sm' }, words);
      pick.setAttribute('aria-pressed', String(box.id === this.chosen));
      pick.addEventListener('click', () => {
        this.chosen = box.id;
        this.draw();
      });
      return element('li', {}, pick);
    });
    this.list.replaceChildren(...rows);
    this.list.setAttribute('aria-label', t('Boxes'));
  }
}
