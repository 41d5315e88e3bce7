declare const __APP_VERSION__: string;

/** Of this build; the server's is at `/api/health`. Both come from pyproject.toml. */
export const VERSION = __APP_VERSION__;
