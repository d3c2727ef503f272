/**
 * Named places at which a process may die. Production hands in a function that does nothing; the crash suite hands in
 * one that kills the process, and then checks what the storage holds.
 */
export type Failpoint = (name: FailpointName) => void;

export type FailpointName = "refresh.before-commit" | "refresh.after-commit" | "refresh.signed";

export const noFailpoint: Failpoint = () => undefined;
