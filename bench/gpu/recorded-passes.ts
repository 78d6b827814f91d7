/** @file What the threads of the recording benchmark record. */
import type { ComputePipeline, Encoder, GraphicsPipeline, RenderEncoder } from '@halocline/gpu';

const words = new Uint32Array(4);

/** Dispatches with a changing parameter each. */
export function dispatches(encoder: Encoder, data: { pipeline: ComputePipeline; from: number; to: number }): void {
  encoder.pipeline(data.pipeline);
  for (let i = data.from; i < data.to; i++) {
    words[0] = i;
    encoder.push(words).dispatch(1);
  }
}

/** Draws with a changing parameter each. */
export function draws(encoder: RenderEncoder, data: { pipeline: GraphicsPipeline; from: number; to: number }): void {
  encoder.pipeline(data.pipeline);
  for (let i = data.from; i < data.to; i++) {
    words[0] = i;
    encoder.push(words).draw(3);
  }
}
