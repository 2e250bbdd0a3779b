/** Where the dashboard begins. */
import './plain-zod.ts';
import { createRoot } from 'react-dom/client';
import { loadAhead } from './ahead.ts';
import { App } from './app.tsx';
import { openStream } from './api/stream.ts';
import { routeOf } from './state/route.ts';
import { applyTheme } from './shell/theme.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';
import './styles/plans.css';
import './styles/plan.css';
import './styles/run.css';

applyTheme();
openStream();
loadAhead(routeOf(window.location.pathname));
const root = document.querySelector('#root');
if (root !== null) createRoot(root).render(<App />);
