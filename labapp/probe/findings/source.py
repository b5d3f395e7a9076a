"""What the source says about the loop around a call.

Three queries for three statuses written in the code are no N+1: their number never grows with the data. The
recording alone cannot tell them from three rows, the source can.
"""

import ast
import linecache
from functools import lru_cache

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_PASSES_LENGTH_ON = {"enumerate", "sorted", "list", "tuple", "set", "reversed", "zip", "iter"}
_CLASS_CONSTANTS = {"choices", "values", "labels", "names", "items", "keys"}
_UNKNOWN_BUT_CONSTANT = 24


def constant_turns(stack) -> int:
    """Return how many turns the loops around the innermost call take when all are over constants, else 0.

    `stack` holds the places from the innermost outward. Loops outside a `with record()` do not count.
    """
    turns, found = 1, False
    for site in stack:
        try:
            tree = _tree(site.file, "".join(linecache.getlines(site.file)))
        except (SyntaxError, ValueError):
            return 0
        if tree is None:
            continue
        loops, ends = _loops_around(tree, site.line, site.column)
        for iterable, scope in loops:
            length = _length(iterable, scope, tree)
            if not length:
                return 0
            turns, found = turns * length, True
        if ends:
            break
    return turns if found else 0


@lru_cache(maxsize=64)
def _tree(file: str, text: str) -> ast.Module | None:
    return ast.parse(text) if text.strip() and not file.endswith((".html", ".txt")) else None


def _loops_around(tree: ast.Module, line: int, column: int | None):
    """Return (iterable or None for `while`, scope) of each loop around, and whether the recording begins
    there.
    """
    loops, ends = [], False
    scope: ast.AST = tree
    began = 0
    mapped: list[tuple] = []
    for node in _path(tree, line, column):
        if isinstance(node, _FUNCTIONS):
            loops, ends, scope = mapped if isinstance(node, ast.Lambda) else [], False, node
            began = _recording_begun(node, line)
        elif isinstance(node, (ast.With, ast.AsyncWith)) and _records(node):
            loops, ends = [], True
        elif isinstance(node, (ast.For, ast.AsyncFor)) and _in_body(node, line, column):
            loops.append((node.iter, scope))
        elif isinstance(node, ast.While):
            loops.append((None, scope))
        elif isinstance(node, _COMPREHENSIONS):
            loops.extend((generator.iter, scope) for generator in _turning(node, line, column))
        elif isinstance(node, ast.Call):
            mapped = [(iterable, scope) for iterable in _mapped(node)]
            loops += mapped
    if began and not ends:  # by enter_context(record()), say
        return [
            (iterable, scope) for iterable, scope in loops if iterable is not None and iterable.lineno > began
        ], True
    return loops, ends


def _recording_begun(function, line: int) -> int:
    """The line before this one where the function calls record() itself, else 0."""
    calls = [
        node for node in ast.walk(function) if isinstance(node, ast.Call) and _name_of(node.func) == "record"
    ]
    return max((node.lineno for node in calls if node.lineno < line), default=0)


def _path(tree: ast.AST, line: int, column: int | None):
    """Yield the nodes around a place, outermost first."""
    node = tree
    while node is not None:
        yield node
        node = next((child for child in ast.iter_child_nodes(node) if _covers(child, line, column)), None)


def _covers(node: ast.AST, line: int, column: int | None) -> bool:
    if isinstance(node, ast.withitem):
        return _covers(node.context_expr, line, column)
    if isinstance(node, ast.comprehension):
        return _covers(node.iter, line, column) or any(_covers(test, line, column) for test in node.ifs)
    if not hasattr(node, "lineno") or not node.lineno <= line <= node.end_lineno:
        return False
    if column is None:
        return True
    return (node.lineno, node.col_offset) <= (line, column) < (node.end_lineno, node.end_col_offset)


def _mapped(call: ast.Call):
    """What map() goes over, be it this call or what this call consumes: `list(map(ask, names))`."""
    for one in (call, *call.args):
        if isinstance(one, ast.Call) and _name_of(one.func) == "map" and len(one.args) > 1:
            yield one.args[1]
            return


def _in_body(loop, line: int, column: int | None) -> bool:
    return any(_covers(statement, line, column) for statement in loop.body)


def _turning(node, line: int, column: int | None):
    """The generators of a comprehension that turn at this place: not the one whose iterable is the place."""
    for position, generator in enumerate(node.generators):
        if column is not None and _covers(generator.iter, line, column):
            return node.generators[:position]
    return node.generators


def _records(node) -> bool:
    return any(
        "record" in (_name_of(getattr(item.context_expr, "func", item.context_expr)) or "")
        for item in node.items
    )


def _name_of(node) -> str | None:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


def _length(node, scope, tree, depth: int = 0) -> int:
    """Return how many items the expression has when the source fixes that, else 0."""
    if node is None or depth > 4:
        return 0
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return 0 if any(isinstance(one, ast.Starred) for one in node.elts) else len(node.elts)
    if isinstance(node, ast.Dict):
        return len(node.keys)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return len(node.value)
    if isinstance(node, ast.Call):
        return _length_of_call(node, scope, tree, depth)
    if isinstance(node, ast.Attribute):
        constant = node.attr.isupper() or (node.attr in _CLASS_CONSTANTS and _named_like_class(node.value))
        return _UNKNOWN_BUT_CONSTANT if constant else 0
    if isinstance(node, ast.Name):
        return _length_of_name(node.id, scope, tree, depth)
    return 0


def _length_of_call(node: ast.Call, scope, tree, depth: int) -> int:
    name = _name_of(node.func)
    if name == "range" and all(
        isinstance(one, ast.Constant) and isinstance(one.value, int) for one in node.args
    ):
        return len(range(*(one.value for one in node.args)))
    if name in _PASSES_LENGTH_ON and isinstance(node.func, ast.Name) and node.args:
        lengths = [_length(one, scope, tree, depth + 1) for one in node.args]
        return min(lengths) if all(lengths) else 0
    if name in ("items", "keys", "values") and isinstance(node.func, ast.Attribute):
        return _length(node.func.value, scope, tree, depth + 1)
    return 0


def _length_of_name(name: str, scope, tree, depth: int) -> int:
    for place in dict.fromkeys((scope, tree)):
        assigned = [one for one in _statements(place) if _assigns(one, name)]
        if assigned:
            return (
                max(_length(one.value, scope, tree, depth + 1) for one in assigned)
                if len(assigned) == 1
                else 0
            )
        if place is not tree and name in _arguments(place):
            return 0
    is_enumeration = name[:1].isupper() and not name.isupper()
    return _UNKNOWN_BUT_CONSTANT if is_enumeration or (name.isupper() and len(name) > 2) else 0


def _statements(place):
    body = getattr(place, "body", [])
    if not isinstance(body, list):
        return
    for statement in body:
        yield from ast.walk(statement) if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)) else ()


def _assigns(node, name: str) -> bool:
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    return (
        any(isinstance(target, ast.Name) and target.id == name for target in targets)
        and node.value is not None
    )


def _arguments(place) -> set[str]:
    given = place.args
    return {one.arg for one in (*given.args, *given.kwonlyargs, *given.posonlyargs)}


def _named_like_class(node) -> bool:
    name = _name_of(node)
    return bool(name) and name[:1].isupper()
