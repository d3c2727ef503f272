/** Says each sentence once, for what would otherwise come with every login. Sentences are fixed texts. */
export function createWarnOnce(warn: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    warn(message);
  };
}
