"""A law as a reader writes it: "1+2n", "2n + 1", "1 + 2*n", "constant 7" are read alike."""

import ast
import operator
import re

TRIED = (1, 2, 3, 5, 8, 13, 40, 100)

WORDS = re.compile(
    r"\b(queries|query|statements|statement|always|constant|constantly|it|is|are|the|at|every|size|exactly|about)\b"
)
# What people write for n.
UNKNOWN = re.compile(r"(?<![a-z])(photos|photo|people|followers|rows|comments|things|size|x|k|m)(?![a-z])")
OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


class NotALaw(ValueError):
    """Text that says no law; its text is one sentence."""


def values(answer):
    """What the law says for each size of TRIED; NotALaw where it cannot be read."""
    if isinstance(answer, bool) or not isinstance(answer, int | float | str):
        raise NotALaw(
            f"Write the law as text, such as '3' or '2 + 5n'; {answer!r} is neither text nor a number."
        )
    text = _formula(str(answer))
    try:
        tree = ast.parse(text, mode="eval").body
        return [_value(tree, n) for n in TRIED]
    except (SyntaxError, KeyError, ArithmeticError, NotALaw):
        raise NotALaw(
            f"This is not a law that can be read: {answer!r}. Write it like '3' or '2 + 5n'."
        ) from None


def same(answer, law):
    """Whether what the reader wrote is the measured Law."""
    return all(abs(said - law.predict(n)) < 1e-6 for said, n in zip(values(answer), TRIED, strict=True))


def _formula(text):
    """The answer in Python's spelling."""
    text = (
        text.lower()
        .replace("×", "*")
        .replace("·", "*")
        .replace("−", "-")
        .replace("²", "**2")
        .replace("^", "**")
    )
    text = text.replace("plus", "+").replace("times", "*").replace("minus", "-")
    text = re.sub(r"\b(per|for each|for every|each)\s+\w+", "n", text)
    text = UNKNOWN.sub("n", WORDS.sub(" ", text)).strip(" .:=")
    text = re.sub(r"^\w+\(n\)\s*=|^[a-z]\s*=", "", text)
    text = re.sub(r"([\dn)])\s*(?=n)|(?<=n)\s*(?=[\d(])|(\d)\s*(?=\()", r"\1\2*", text)
    return text.strip()


def _value(tree, n):
    match tree:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id="n"):
            return n
        case ast.BinOp(left, kind, right):
            right = _value(right, n)
            if isinstance(kind, ast.Pow) and not 0 <= right <= 3:
                raise NotALaw
            return OPERATIONS[type(kind)](_value(left, n), right)
        case ast.UnaryOp(kind, operand):
            return OPERATIONS[type(kind)](_value(operand, n))
    raise NotALaw
