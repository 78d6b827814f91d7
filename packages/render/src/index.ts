/** @file `@halocline/render`: pictures of volumes on the device, cameras, colours, image files. */
export { Animation } from './animation.ts';
export type { AnimationOptions } from './animation.ts';
export { lookAt, orbitCamera, parseCamera, project } from './camera.ts';
export type { Box, Camera, CameraOptions } from './camera.ts';
export { blackBodyColor, colorMap, colorMapNames, parseColor } from './color.ts';
export type { Color, ColorMapName } from './color.ts';
export { createImage, shrinkImage } from './image.ts';
export type { Image } from './image.ts';
export type { Background, Ground, Light, RenderOptions, Sphere, Transfer } from './options.ts';
export { decodePng } from './png-decode.ts';
export { encodePng } from './png.ts';
export { Renderer, renderVolume } from './renderer.ts';
export type { Vec3 } from './vector.ts';
export { createVolume } from './volume.ts';
export type { OwnedVolume, Volume } from './volume.ts';
