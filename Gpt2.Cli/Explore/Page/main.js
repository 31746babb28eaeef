// Starts the parts of the page, then runs the prompt of the address or of the command line.

import { keepAddress, readAddress } from './address.js';
import { run, showProblem } from './session.js';
import { getStart } from './api.js';
import { startEditing } from './editing.js';
import { startFormula } from './formula.js';
import { startGrid } from './sheet-grid.js';
import { startKeys } from './keys.js';
import { startMap } from './map.js';
import { startNeuronLink } from './neurons.js';
import { startPlay } from './play.js';
import { startPrompt } from './prompt.js';
import { startRanked } from './ranked.js';
import { startStatus } from './status.js';
import { startTabs } from './tabs.js';
import { startTheme } from './theme.js';
import { change } from './state.js';
import { openView, startViews } from './views.js';
import { startWhy } from './why.js';

const PARTS = [
  startTheme, startPrompt, startMap, startTabs, startGrid, startFormula, startEditing, startStatus, startRanked, startWhy,
  startPlay, startViews, startKeys, startNeuronLink, keepAddress,
];

PARTS.forEach(start => start());
try {
  const { prompt, view, chosen, sheet, cell, why, attention } = readAddress();
  change({ why, attention, chosen });
  openView(view);
  await run(prompt ?? (await getStart()).prompt, sheet, cell, { chosen });
} catch (error) {
  showProblem(error.message);
}
