/** A short word at the middle of the screen; the widget is fetched when first needed. */
export async function notice(message: string, vibrate = false): Promise<void> {
  if (vibrate) navigator.vibrate?.(120);
  const [{ showToast }] = await Promise.all([import("vant/es/toast"), import("vant/es/toast/style")]);
  showToast({ message, position: "bottom", duration: 2_500, wordBreak: "break-word" });
}

/** Ask before something that cannot be taken back. Resolves to the answer. */
export async function ask(title: string, message: string, yes: string, no: string): Promise<boolean> {
  const [{ showConfirmDialog }] = await Promise.all([import("vant/es/dialog"), import("vant/es/dialog/style")]);
  const answered = showConfirmDialog({ title, message, confirmButtonText: yes, cancelButtonText: no });
  return answered.then(() => true, () => false);
}
