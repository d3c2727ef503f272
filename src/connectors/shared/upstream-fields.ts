import * as z from "zod";

/**
 * A numeric id as the text that `sub` is made of: its decimal digits, as Dex prints them. JSON numbers beyond 2^53 lose
 * digits when they are read, and two people would become one: those are refused (`z.int` takes safe integers alone).
 */
export const numericId = z.int().positive().transform(String);

/** What a person may lack: anything but text counts as nothing. */
export const textOrEmpty = z.string().catch("");
