import type { Signer, SigningKey } from "../keys/signer.js";

/** The same signer, watched: told how long each signature took in milliseconds, a failed one included. */
export function timeSigner(signer: Signer, signed: (algorithm: string, durationMs: number) => void): Signer {
  const watched = new WeakMap<SigningKey, SigningKey>();

  function watch(key: SigningKey): SigningKey {
    const { keyId, algorithm } = key;
    return {
      keyId,
      algorithm,
      async sign(claims) {
        const startedAt = performance.now();
        try {
          return await key.sign(claims);
        } finally {
          signed(algorithm, performance.now() - startedAt);
        }
      },
    };
  }

  return {
    current() {
      const key = signer.current();
      const known = watched.get(key) ?? watch(key);
      watched.set(key, known);
      return known;
    },
  };
}
