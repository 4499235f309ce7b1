// Where to begin: one press, and there is music.
export interface Start {
  model: string;
  name: string;
  words: string;
  meter: string;
  bars: number;
  tempo: number;
  /** A small picture: [onset, length, height] on a field of 16 by 8. */
  picture: [number, number, number][];
}

export const starts: Start[] = [
  {
    model: "chorales",
    name: "Bach chorale",
    words: "Four voices that move together, as in Bach's hymns.",
    meter: "4/4",
    bars: 16,
    tempo: 80,
    picture: [[0, 4, 1], [4, 4, 0], [8, 2, 1], [10, 6, 2], [0, 2, 3], [2, 6, 2.6], [8, 4, 3], [12, 4, 2.8], [0, 4, 4.4], [4, 4, 5], [8, 4, 4.4], [12, 4, 4], [0, 8, 6.2], [8, 4, 7], [12, 4, 6.2]],
  },
  {
    model: "folk",
    name: "Folk tune",
    words: "A tune to dance to, with the chords that carry it.",
    meter: "6/8",
    bars: 16,
    tempo: 120,
    picture: [[0, 2, 1], [0, 1, 3], [1, 1, 4], [2, 1, 5], [3, 2, 6], [5, 1, 5], [4, 2, 1.6], [6, 1, 6.4], [7, 1, 7], [8, 1, 6], [8, 2, 1], [9, 1, 5], [10, 2, 4], [12, 1, 5], [12, 3, 0.4], [13, 1, 4], [14, 2, 3]],
  },
  {
    model: "piano",
    name: "Piano",
    words: "Both hands, wide and free, as pianists of old would play.",
    meter: "4/4",
    bars: 16,
    tempo: 100,
    picture: [[0, 1, 0], [1, 1, 1.4], [2, 1, 2.4], [3, 1, 1.4], [0, 3, 5], [3, 1, 5.6], [4, 4, 6.4], [4, 1, 0.6], [5, 1, 2], [6, 1, 3], [7, 1, 2], [8, 1, 0], [9, 1, 1.4], [10, 1, 2.4], [11, 1, 1.4], [8, 2, 7], [10, 2, 6.2], [12, 4, 5.2], [12, 4, 4], [12, 4, 0.8], [12, 4, 2]],
  },
];
