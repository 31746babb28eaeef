// What the rows and columns of a sheet are called.

import { getLabels } from './api.js';
import { state } from './state.js';

const BLOCK = 256;
const blocks = new Map(); // labels of the vocabulary, which are the same for every prompt
const listeners = [];

export const onLabels = listener => listeners.push(listener);

// A row or a column: its index, its label if it has one, what it belongs to, and whether it is the first there.
export function labelOf(axis, index, sheet) {
  const { model, tokens } = state.session;
  switch (axis) {
    case 'Tokens':
      return { index: index + sheet.firstToken, text: tokens[index + sheet.firstToken].label };
    case 'Vocabulary':
      return { index, text: vocabularyLabel(index) };
    case 'HeadsAndTokens':
      return {
        index: index % tokens.length,
        text: tokens[index % tokens.length].label,
        over: `head ${Math.floor(index / tokens.length)}`,
        isFirst: index % tokens.length === 0,
      };
    case 'HeadChannels':
      return ofHead(index, model);
    case 'Qkv': {
      const part = ofHead(index % model.channels, model);
      return { ...part, over: `${'qkv'[Math.floor(index / model.channels)]} · ${part.over}` };
    }
    case 'Single':
      return {};
    default:
      return { index };
  }
}

// The same in words, for the formula bar and for those who cannot see the grid.
export function wordsOf(axis, index, sheet) {
  const { index: number, text, over } = labelOf(axis, index, sheet);
  const kind = {
    Tokens: 'token', Positions: 'position', Vocabulary: 'token id', Channels: 'channel', HeadChannels: 'channel', Qkv: 'channel',
    Neurons: 'neuron', HeadsAndTokens: 'to token', Single: '',
  }[axis];
  return [over && over + ',', kind, axis === 'Single' ? '' : number, text].filter(part => part !== undefined && part !== '').join(' ');
}

export const axisName = axis => ({
  Tokens: 'tokens', Positions: 'positions', Vocabulary: 'vocabulary', Channels: 'channels', HeadChannels: 'head channels', Qkv: 'q, k, v',
  Neurons: 'neurons', HeadsAndTokens: 'heads × tokens', Single: '',
})[axis];

function ofHead(index, { headSize }) {
  return { index: index % headSize, over: `head ${Math.floor(index / headSize)}`, isFirst: index % headSize === 0 };
}

function vocabularyLabel(id) {
  const number = Math.floor(id / BLOCK);
  const block = blocks.get(number);
  if (!block) {
    blocks.set(number, []);
    load(number);
    return '';
  }

  return block[id % BLOCK] ?? '';
}

async function load(number) {
  try {
    const to = Math.min(state.session.model.vocabulary, (number + 1) * BLOCK);
    blocks.set(number, await getLabels(number * BLOCK, to));
    listeners.forEach(listener => listener());
  } catch {
    blocks.delete(number);
  }
}
