// The landscapes of the hiker. Each has a network of which two parameters, by their places in it, are the ground; at is where he begins, and
// pace how many steps one picture has.

export const LANDS = [
  {
    name: 'line', title: 'A line: slope and height', parameters: [0, 1, 0, 0], across: 3, up: 0, names: ['v', 'c'], from: [-6, -2], to: [6, 8],
    at: [-4.5, 6.5], rate: 0.1, pace: 1,
    words: 'y = v · x + c can only be a line. Its loss is a bowl: from everywhere the way leads down to the same lowest point, v = 0 and c = 2.75, '
      + 'the mean. Up to a rate of 0.45 he arrives; try 0.5.',
  },
  {
    name: 'relu', title: 'A ReLU: bias and weight', parameters: [6, 1, 0, -5, 1, 0, 0], across: 5, up: 6, names: ['b', 'v'], from: [-2.5, -5],
    to: [0.5, 20], at: [-0.43, 3], rate: 0.01, pace: 10,
    words: 'y = 6 − 5 · relu(x) + v · relu(x + b): where a bend begins, at x = −b, and by how much. A narrow valley leads to the lowest point, '
      + 'b = −1.12 and v = 10.75; in it the slope is small, and the walk takes 18 000 steps: choose 100 per picture. Left of b = −2 it is flat: the '
      + 'ReLU is 0 at every point, the gradient is 0, and the hiker cannot move. That is a dead neuron.',
  },
];
