/** The small build of exifr (JPEG and HEIC, common tags); the package types only its full build. */
declare module "exifr/dist/lite.esm.mjs" {
  import exifr from "exifr";
  export default exifr;
}
