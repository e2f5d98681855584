# Tells which modules a program needs beside those that it was seen to import: run by needed-modules.ts with the Python
# that will run the program.
#
# In:  {"modules": [[name, is_package, is_stdlib, file or null, text or null]], "natives": [name], "roots": [name]}
# Out: {"needed": [name]}, sorted: the roots that there are and what follows from them.
#
# What follows, for each module that is needed:
# - what it imports while it is imported: at its top level, in classes, `with` and `try`;
# - of an application's module also what it imports elsewhere, in functions and under conditions: such code may run, and
#   a short run does not show it. The standard library has so much of that that all of it would follow from anything; of
#   its modules that the application imports by itself, what their functions import follows where that is cheap;
# - codecs that are named by literals.
import ast
import json
import os
import sys
from warnings import simplefilter

simplefilter("ignore")

# Of source code: together with its bytecode about as much in the executable. `argparse` imports `shutil` and `gettext`
# late, `platform` imports `socket`, `subprocess` and `plistlib`.
cheap_bytes = 64 * 1024

# Modules that C code imports, which no source shows.
by_native_code = {
    "_socket": ["encodings.idna"],
    "_datetime": ["_strptime"],
    "_io": ["locale"],
    "_pickle": ["copyreg", "_compat_pickle"],
    "_sqlite3": ["sqlite3.dump"],
    "_elementtree": ["copy", "xml.etree.ElementPath"],
    "_decimal": ["numbers", "collections"],
    "_curses": ["curses"],
    "_asyncio": ["asyncio.events", "asyncio.base_futures", "asyncio.exceptions", "asyncio.base_tasks"],
    "_zoneinfo": ["zoneinfo._tzpath", "zoneinfo._common"],
    "_tkinter": ["tkinter"],
    "_ctypes": ["ctypes._endian"],
}


other_systems = {"win32", "nt", "darwin", "cygwin", "Windows"}


def words_of(node):
    """What a condition names."""
    return [word for word in (getattr(node, field, None) for field in ("id", "attr", "value")) if isinstance(word, str)]


class Imports(ast.NodeVisitor):
    """Names that a module imports, while it is imported and later."""

    def __init__(self, name, is_package):
        self.package = name if is_package else name.rpartition(".")[0]
        self.early, self.late, self.codecs = set(), set(), set()
        self.names = self.early

    def later(self, nodes):
        before, self.names = self.names, self.late
        for node in nodes:
            self.visit(node)
        self.names = before

    def visit_FunctionDef(self, node):
        for child in [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(child)
        self.later(node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self.later([node.body])

    def visit_If(self, node):
        words = {word for part in ast.walk(node.test) for word in words_of(part)}
        if "TYPE_CHECKING" in words:
            for child in node.orelse:
                self.visit(child)
        elif words & other_systems:
            self.later(node.orelse)
        else:
            self.later([*node.body, *node.orelse])

    def visit_Try(self, node):
        for child in [*node.body, *node.orelse, *node.finalbody]:
            self.visit(child)
        self.later(child for handler in node.handlers for child in handler.body)

    visit_TryStar = visit_Try

    def visit_Import(self, node):
        self.names.update(alias.name for alias in node.names)

    def visit_ImportFrom(self, node):
        module = node.module or ""
        if node.level:
            parents = self.package.split(".") if self.package else []
            kept = len(parents) - (node.level - 1)
            if kept < 0:
                return
            module = ".".join([*parents[:kept], *filter(None, [module])])
        if not module:
            return
        self.names.add(module)
        # A name may be a submodule; those that are not are in no list of modules.
        self.names.update("%s.%s" % (module, alias.name) for alias in node.names)

    def visit_Call(self, node):
        function = node.func
        called = getattr(function, "attr", getattr(function, "id", None))
        first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if isinstance(first, str):
            if called in ("__import__", "import_module"):
                self.names.add(first)
            elif called in ("encode", "decode", "lookup", "getreader", "getwriter", "getencoder", "getdecoder"):
                self.codecs.add(first)
        for keyword in node.keywords:
            if keyword.arg == "encoding" and isinstance(getattr(keyword.value, "value", None), str):
                self.codecs.add(keyword.value.value)
        self.generic_visit(node)


def read(name, is_package, file, text):
    imports = Imports(name, is_package)
    try:
        if text is None:
            with open(file, "rb") as opened:
                text = opened.read()
        imports.visit(ast.parse(text))
    except (OSError, SyntaxError, ValueError, RecursionError):
        pass  # it is packed as it is; nothing can be said of it
    return imports


def codec_modules(name):
    from encodings import aliases, normalize_encoding

    module = normalize_encoding(name).lower()
    return ["encodings." + aliases.aliases.get(module, module)]


class Needed:
    """What follows from the modules that are needed, with a limit for what may be needed at some other time."""

    def __init__(self, modules, natives):
        self.known = {name: rest for name, *rest in modules}
        self.natives = set(natives)
        self.imports = {}
        self.found = set()

    def of(self, name):
        if name not in self.imports:
            is_package, _, file, text = self.known[name]
            self.imports[name] = read(name, is_package, file, text)
        return self.imports[name]

    def is_application(self, name):
        return name in self.known and not self.known[name][1]

    def follow(self, names, found, may_go_on=lambda name: True):
        """All that follows from `names` and is not yet in `found`; None when it may not go on."""
        queue, new = list(names), set()
        while queue:
            name = queue.pop()
            if not name or name in found or name in new:
                continue
            queue.append(name.rpartition(".")[0])
            if name not in self.known and name not in self.natives and name not in by_native_code:
                continue
            if not may_go_on(name):
                return None
            new.add(name)
            queue.extend(by_native_code.get(name, []))
            if name in self.known:
                imports = self.of(name)
                queue.extend(imports.early)
                queue.extend(module for codec in imports.codecs for module in codec_modules(codec))
                if self.is_application(name):
                    queue.extend(imports.late)
        return new

    def add(self, names):
        self.found |= self.follow(names, self.found)

    def add_cheap(self):
        """Late imports of library modules that the application imports by itself, where little follows from them."""
        applications = [name for name in self.found if self.is_application(name)]
        direct = {other for name in applications for other in self.of(name).early | self.of(name).late}
        direct = [name for name in direct if name in self.known and name in self.found]
        late = {other for name in direct for other in self.of(name).late}
        # Each is judged by what follows from it alone, so that their order does not matter.
        judged = [self.follow([name], self.found, self.purse()) for name in late if name in self.known]
        self.found.update(*filter(None, judged))

    def purse(self):
        left = cheap_bytes

        def may_go_on(name):
            nonlocal left
            left -= self.source_bytes(name)
            # Native modules bring system libraries along.
            return left >= 0 and name not in self.natives

        return may_go_on

    def source_bytes(self, name):
        if name not in self.known:
            return 0
        _, _, file, text = self.known[name]
        return os.path.getsize(file) if text is None else len(text)


def needed(modules, natives, roots):
    all_needed = Needed(modules, natives)
    all_needed.add(roots)
    all_needed.add_cheap()
    return sorted(name for name in all_needed.found if name in all_needed.known or name in natives)


if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump({"needed": needed(request["modules"], request["natives"], request["roots"])}, sys.stdout)
