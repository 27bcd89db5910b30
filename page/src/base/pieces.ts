// What postal-mime uses of a Blob: pieces of octets, joined. In the window a Blob itself cannot be read.
export class Pieces {
  readonly #pieces: Uint8Array[];

  constructor(pieces: readonly (ArrayBuffer | Uint8Array)[]) {
    this.#pieces = pieces.map((piece) => (piece instanceof Uint8Array ? piece : new Uint8Array(piece)));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const whole = new Uint8Array(this.#pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole.buffer;
  }
}
