export { BUILD_TOOLS } from './debian-root.ts'
export { engineImageTag } from './engine-image-tag.ts'
export { ensureEngineImages } from './ensure-engine-images.ts'
export type { EnsureImagesOptions, ImageReport } from './ensure-engine-images.ts'
