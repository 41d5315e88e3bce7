import { del, get, post } from "./client";
import type { Me } from "@/domain/views";

export interface Device { id: string; name: string }

/** Who is signed in; throws a 401 `Problem` when nobody is. Also brings the CSRF cookie. */
export const readSession = () => get<Me>("/api/session");

export async function signIn(phone: string, password: string, device: Device): Promise<Me> {
  if (!document.cookie.includes("csrftoken=")) await readSession().catch(() => undefined);
  return post<Me>("/api/session", { phone, password, device });
}

export const signOut = () => del("/api/session");

/** A name a person recognises in a list of devices. */
export function deviceName(userAgent = navigator.userAgent): string {
  const systems = /Android|iPhone|iPad|Windows|Mac OS|Linux/;
  const browsers = /MicroMessenger|HuaweiBrowser|MiuiBrowser|QQBrowser|UCBrowser|Edg|Firefox|Chrome|Safari/;
  return [systems.exec(userAgent)?.[0] ?? "device", browsers.exec(userAgent)?.[0]].filter(Boolean).join(" · ");
}
