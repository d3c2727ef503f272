import { openMemory } from "../../src/storage/drivers/memory/driver.js";
import { describeDriver } from "./conformance.js";

describeDriver("memory", async () => openMemory());
