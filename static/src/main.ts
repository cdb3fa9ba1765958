import './styles/tabler.scss';
import './styles/studio.css';

import 'htmx.org';

import { startCopy } from './lib/copy.ts';
import { startDialogs } from './lib/dialogs.ts';
import { delegate, onContent } from './lib/dom.ts';
import { startForms } from './lib/forms.ts';
import { startIslands } from './lib/island.ts';
import { startKeyboard } from './lib/keyboard.ts';
import { startFeeds } from './lib/live.ts';
import { startMenus } from './lib/menus.ts';
import { startNavigation } from './lib/navigation.ts';
import { startNotifications } from './lib/notifications.ts';
import { startPalette } from './lib/palette.ts';
import { startRedraws } from './lib/redraws.ts';
import { startRequests } from './lib/requests.ts';
import { startTheme } from './lib/theme.ts';
import { startTimes } from './lib/times.ts';
import { startToasts } from './lib/toasts.ts';

// Before forms: a question, or the theme, may keep a form from being sent.
startTheme();
startDialogs();
startForms();
startRequests();
startRedraws();
startToasts();
startMenus();
startNavigation();
startTimes();
startCopy();
startNotifications();
startFeeds();

const openPalette = startPalette();
if (openPalette) startKeyboard(openPalette);

delegate('click', '[data-back]', () => history.back());
document.querySelectorAll<HTMLElement>('[data-back]').forEach((button) => void (button.hidden = history.length < 2));

startIslands(import.meta.glob('./islands/*/main.ts'));
onContent((root) => {
  if (root.querySelector('[data-list]') ?? root.closest('[data-list]'))
    void import('./lists/main.ts').then(({ startLists }) => startLists(root));
});
