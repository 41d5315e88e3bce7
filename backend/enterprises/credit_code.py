"""The unified social credit code (统一社会信用代码), GB 32100-2015: 18 signs, the last one checks the others."""

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z


def why_wrong(code: str) -> str | None:
    if len(code) != 18:
        return f"有 {len(code)} 位，应为 18 位"
    if stray := sorted(set(code) - set(SIGNS)):
        return f"含有不允许的字符 {' '.join(stray)}"
    total = sum(SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    right = SIGNS[-total % 31]
    return None if code[17] == right else f"校验位是 {code[17]}，按前 17 位应为 {right}"
