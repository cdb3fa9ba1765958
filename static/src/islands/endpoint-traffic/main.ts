import { all } from '../../lib/dom.ts';
import { island } from '../../lib/island.ts';
import { t } from '../../lib/strings.ts';
import { balanced } from './core/balance.ts';

interface Row {
  slider: HTMLInputElement;
  field: HTMLInputElement;
}

function rowsOf(form: HTMLFormElement): Row[] {
  return all(form, '[data-share-row]').flatMap((row) => {
    const slider = row.querySelector<HTMLInputElement>('[data-share-slider]');
    const field = row.querySelector<HTMLInputElement>('[data-share]');
    return slider && field ? [{ slider, field }] : [];
  });
}

/** Sliders beside the fields: moving one takes from the others, so that they make 100; what is typed is left as it is. */
function start(form: HTMLFormElement, signal: AbortSignal): void {
  const rows = rowsOf(form);
  const says = form.querySelector<HTMLElement>('[data-share-sum]');
  const words = says?.textContent ?? '';
  const tell = (): void => {
    const sum = rows.reduce((total, { field }) => total + (field.valueAsNumber || 0), 0);
    const fits = sum === 0 || sum === 100;
    if (says) {
      says.textContent = fits ? words : t('These make {sum} % together. They must make 100, or 0.', { sum });
      says.classList.toggle('field-error', !fits);
    }
    for (const { field } of rows) field.setCustomValidity(fits ? '' : t('Together they must make 100, or 0.'));
  };
  rows.forEach(({ slider, field }, at) => {
    slider.hidden = false;
    slider.addEventListener(
      'input',
      () => {
        const shares = balanced(
          rows.map((row) => row.field.valueAsNumber || 0),
          at,
          slider.valueAsNumber,
        );
        rows.forEach((row, place) => (row.field.value = row.slider.value = String(shares[place] ?? 0)));
        tell();
      },
      { signal },
    );
    field.addEventListener(
      'input',
      () => {
        slider.value = field.value || '0';
        tell();
      },
      { signal },
    );
  });
}

island(
  'endpoint-traffic',
  () => null,
  (host) => {
    const form = host.closest('form');
    const stop = new AbortController();
    if (form) start(form, stop.signal);
    return () => stop.abort();
  },
);
