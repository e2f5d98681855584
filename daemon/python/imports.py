# Run by a distribution's Python, as `python -I -S -c`: reads a JSON list of paths from standard input and prints what
# each of these files imports and defines, and once the names of the standard library. imports.ts reads it.
import ast
import json
import sys

# What an import may fail with when a program means to do without it.
CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def catches(handler):
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", getattr(kind, "attr", "")) in CAUGHT for kind in kinds)


def is_main_guard(test):
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.ops[0], ast.Eq)
    )


class Reader:
    def __init__(self):
        self.imports = {}
        self.defines = set()
        self.is_open = False  # a star or __getattr__: names may come from anywhere

    def add(self, module, line, is_certain):
        known = self.imports.get(module)
        if known is None or (is_certain and not known[1]):
            self.imports[module] = (line, is_certain)

    def statements(self, body, is_certain, is_global):
        for node in body:
            self.statement(node, is_certain, is_global)

    def statement(self, node, is_certain, is_global):
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.add(alias.name, node.lineno, is_certain)
                if is_global:
                    self.defines.add(alias.asname or alias.name.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            if not node.level and node.module:
                self.add(node.module, node.lineno, is_certain)
                for alias in node.names:
                    # A submodule, perhaps; which it is, only its absence could tell.
                    self.add(node.module + "." + alias.name, node.lineno, False)
            if is_global:
                for alias in node.names:
                    self.is_open = self.is_open or alias.name == "*"
                    self.defines.add(alias.asname or alias.name)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if is_global:
                self.defines.add(node.name)
                self.is_open = self.is_open or node.name == "__getattr__"
            self.statements(node.body, False, False)
        elif isinstance(node, ast.ClassDef):
            if is_global:
                self.defines.add(node.name)
            self.statements(node.body, is_certain, False)
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            is_caught = any(catches(handler) for handler in node.handlers)
            self.statements(node.body, is_certain and not is_caught, is_global)
            for handler in node.handlers:
                self.statements(handler.body, False, is_global)
            self.statements(node.orelse, False, is_global)
            self.statements(node.finalbody, is_certain, is_global)
        elif isinstance(node, ast.If):
            self.statements(node.body, is_certain and is_main_guard(node.test), is_global)
            self.statements(node.orelse, False, is_global)
        else:
            if is_global:
                for part in ast.walk(node):
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                        self.defines.add(part.id)
            is_with = isinstance(node, (ast.With, ast.AsyncWith))
            for name in ("body", "orelse"):
                self.statements(getattr(node, name, None) or [], is_certain and is_with, is_global)
            for case in getattr(node, "cases", ()):
                self.statements(case.body, False, is_global)


def read(path):
    reader = Reader()
    try:
        with open(path, "rb") as file:
            body = ast.parse(file.read()).body
        reader.statements(body, True, True)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        # What is wrong with it is told, with its place, when it is compiled.
        reader.is_open = True
    return {
        "imports": [[name, line, is_certain] for name, (line, is_certain) in reader.imports.items()],
        "defines": sorted(reader.defines),
        "isOpen": reader.is_open,
    }


print(json.dumps({
    "standard": sorted({*sys.stdlib_module_names, *sys.builtin_module_names}),
    "files": [read(path) for path in json.load(sys.stdin)],
}))
