import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BerError } from "./ber.js";
import { createFrameReader } from "./frame-reader.js";

const frame = (size: number): Buffer =>
  Buffer.concat([Buffer.from([0x30, 0x82, size >> 8, size & 0xff]), Buffer.alloc(size)]);

describe("messages in a stream", () => {
  it("come out whole, however the stream is cut", () => {
    const whole = [frame(0), frame(5), frame(300), frame(70), frame(1)];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes) => {
        const reader = createFrameReader();
        const out: Buffer[] = [];
        let rest = Buffer.concat(whole);
        for (let turn = 0; rest.length > 0; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          out.push(...reader.push(rest.subarray(0, size)));
          rest = rest.subarray(size);
        }
        expect(out).toEqual(whole);
        expect(reader.pendingBytes()).toBe(0);
      }),
    );
  });

  it("are counted while they have only begun", () => {
    const reader = createFrameReader();
    expect(reader.push(frame(10).subarray(0, 9))).toEqual([]);
    expect(reader.pendingBytes()).toBe(9);
  });

  it("must begin as one, and not promise more than eight million bytes", () => {
    expect(() => createFrameReader().push(Buffer.from("HTTP/1.1 400 Bad Request"))).toThrow(BerError);
    expect(() => createFrameReader().push(Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]))).toThrow(BerError);
    expect(createFrameReader().push(Buffer.from([0x30, 0x83, 0x70, 0, 0]))).toEqual([]);
  });

  it("of megabytes in small pieces cost no more than their size", () => {
    const reader = createFrameReader();
    const size = 8_000_000;
    const big = Buffer.concat([
      Buffer.from([0x30, 0x83, size >> 16, (size >> 8) & 0xff, size & 0xff]),
      Buffer.alloc(size),
    ]);
    const started = performance.now();
    let frames = 0;
    for (let at = 0; at < big.length; at += 1_000) frames += reader.push(big.subarray(at, at + 1_000)).length;
    expect(frames).toBe(1);
    // Joining what has come so far at every piece would copy 32 GB.
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("of which thousands come at once are read without going deeper for each", () => {
    const count = 50_000;
    const many = Buffer.concat(Array.from({ length: count }, () => Buffer.from([0x30, 0])));
    expect(createFrameReader().push(many)).toHaveLength(count);
  });
});
