// Prints the libuv pool size that lets signing and bcrypt run side by side (docs/adr/0006-password-hashing-queue.md).
import { availableParallelism } from "node:os";

const cores = availableParallelism();
const bcryptAtOnce = Math.max(1, Math.floor(cores / 2));
console.log(Math.max(4, cores + 2 + bcryptAtOnce));
