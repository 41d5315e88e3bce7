"""Made-up checklists for property tests: any that could be published."""

import string

from hypothesis import strategies as st

from backend.standards.items import Choice, Item, Words

PLAIN = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff")
KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,12}", fullmatch=True).filter(
    lambda key: key.lower() not in ("meta", "data")
)
CHOICE_NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
NOTHING = Words(zh="", en="")


def texts(least: int = 1, most: int = 30) -> st.SearchStrategy[str]:
    """Any characters, with line breaks inside, without spaces at the ends and without XLSForm's ${…}."""
    lines = st.text(PLAIN | st.just("\n"), min_size=least, max_size=most)
    return lines.filter(lambda text: text == text.strip() and len(text) >= least and "${" not in text)


def words() -> st.SearchStrategy[Words]:
    return st.builds(Words, zh=texts(), en=texts())


def expressions(keys: list[str], *, this: bool = True) -> st.SearchStrategy[list]:
    numbers = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: x + 0.0)
    plain = st.text(string.ascii_letters + string.digits + " ._-", max_size=8)
    quoted = plain | plain.map(lambda text: f"{text}'") | plain.map(lambda text: f'{text}"')
    named = [st.sampled_from(keys).map(lambda key: ["item", key])] if keys else []
    operands = st.one_of(*named, *([st.just(["this"])] if this else []), quoted, numbers)
    compared = st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), operands, operands).map(list)
    selected = st.tuples(operands, operands).map(lambda two: ["selected", *two])
    return st.recursive(
        compared | selected,
        lambda inner: (
            inner.map(lambda one: ["not", one])
            | st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
                lambda t: [t[0], *t[1]]
            )
        ),
        max_leaves=5,
    )


@st.composite
def items(draw: st.DrawFn, earlier: list[str], key: str, section: Words) -> Item:
    kind = draw(st.sampled_from(["verdict", "number", "choice", "text", "photo", "note"]))
    fields: dict = {"key": key, "section": section, "text": draw(words()), "kind": kind, "clauses": []}
    fields |= {
        "required": draw(st.booleans()),
        "photo_when_failed": draw(st.booleans()),
        "hint": draw(st.none() | words()),
    }
    fields["relevant"] = draw(st.none() | expressions(earlier, this=False))
    if kind != "note":
        fields["clauses"] = draw(st.lists(st.sampled_from(["gb35181/exits", "fire-key-items/gas"]), unique=True))
    if kind == "verdict":
        fields["na"] = draw(st.booleans())
    if kind == "number":
        fields |= {"unit": draw(texts(0, 8)), "integer": draw(st.booleans())}
    if kind == "choice":
        names = draw(st.lists(CHOICE_NAMES, min_size=2, max_size=4, unique_by=str.lower))
        fields["choices"] = [Choice(key=name, text=draw(words()), fails=draw(st.booleans())) for name in names]
    if kind in ("number", "text", "choice"):
        fields["fails_when"] = draw(st.none() | expressions(earlier))
        fields["constraint"] = draw(st.none() | expressions(earlier))
        if fields["constraint"]:
            fields["constraint_text"] = draw(st.none() | words())
    return Item(**fields)


@st.composite
def checklists(draw: st.DrawFn) -> list[Item]:
    keys = draw(st.lists(KEYS, min_size=1, max_size=5, unique_by=str.lower))
    sections = draw(st.lists(st.just(NOTHING) | words(), min_size=1, max_size=3))
    made: list[Item] = []
    for key in keys:
        made.append(draw(items([item.key for item in made], key, draw(st.sampled_from(sections)))))
    return made
