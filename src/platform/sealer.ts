/**
 * Seals small values that travel through a browser. `purpose` separates uses: what was sealed for one purpose does not
 * open for another. The implementation (rotating keys in storage, shared by replicas) lives in `keys/`.
 */
export interface Sealer {
  /** Returns base64url text, about 4/3 of the plain text plus 44 characters. */
  seal(purpose: string, plain: string): string;
  /** The plain text, or undefined for anything that was not sealed here for this purpose by a key that still lives. */
  open(purpose: string, sealed: string): Promise<string | undefined>;
}
