import '../../styles/charts.css';
import '../../styles/output.css';

import { element, icon } from '../../lib/dom.ts';
import { island } from '../../lib/island.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { Props } from '../shared/props.ts';
import { EvaluationView } from './evaluation.ts';
import { FilesView } from './files.ts';
import { Remote, type Output, type Table } from './remote.ts';
import { SummaryView } from './summary.ts';
import { TableView } from './table.ts';

interface OutputProps {
  api: string;
  filesApi: string;
  filesUrl: string;
}

interface View {
  host: HTMLElement;
  destroy: () => void;
}

function parse(source: unknown): OutputProps {
  const props = new Props(source);
  return { api: props.text('api'), filesApi: props.text('filesApi'), filesUrl: props.text('filesUrl') };
}

/** Shows what a step has left, whatever it is. */
class OutputView {
  private readonly remote: Remote;
  private views: View[] = [];
  private request = new AbortController();

  constructor(
    private readonly host: HTMLElement,
    private readonly props: OutputProps,
  ) {
    this.remote = new Remote(props.api, props.filesApi);
    void this.load();
  }

  destroy(): void {
    this.request.abort();
    for (const view of this.views) view.destroy();
  }

  private async load(): Promise<void> {
    const { signal } = (this.request = new AbortController());
    const words = element('span', { class: 'muted' }, t('Reading the output…'));
    this.host.replaceChildren(
      element('div', { class: 'cluster', role: 'status' }, element('span', { class: 'spinner' }), words),
    );
    try {
      this.views = this.viewsOf(await this.remote.output(signal));
      this.host.replaceChildren(...this.views.map(({ host }) => host));
    } catch (error) {
      if (wasAborted(error)) return;
      const again = element('button', { type: 'button', class: 'btn btn-sm' }, t('Try again'));
      again.addEventListener('click', () => void this.load());
      this.host.replaceChildren(
        element(
          'div',
          { class: 'notice notice-bad', role: 'alert' },
          icon('error'),
          element('div', {}, wordsOf(error)),
          again,
        ),
      );
    }
  }

  private viewsOf(output: Output): View[] {
    switch (output.kind) {
      case 'table':
        return [new TableView(output, this.remote)];
      case 'evaluation':
        return this.evaluationOf(output);
      case 'files':
      case 'images':
        return [new FilesView(output, this.remote, this.props.filesUrl)];
      default:
        return [new SummaryView(output)];
    }
  }

  /** The rows of an evaluation are worth a look where there are more than its figures, such as those of each fold. */
  private evaluationOf(table: Table): View[] {
    const { evaluation } = table;
    if (!evaluation) return [new TableView(table, this.remote)];
    const figures = new EvaluationView(evaluation);
    const hasMore = evaluation.task !== 'clustering' && table.rows > evaluation.models.length;
    return hasMore ? [figures, new TableView(table, this.remote)] : [figures];
  }
}

island('output-view', parse, (host, props) => {
  const view = new OutputView(host, props);
  return () => view.destroy();
});
